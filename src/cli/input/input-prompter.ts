import { PprotectError } from "../../common/errors.ts";
import type { Prompter } from "../../credentials/prompter.ts";

/** A {@link Prompter} that holds the terminal, or standard input, until it is closed. */
export interface InputPrompter extends Prompter {
  /** Whether there are lines, typed or pasted, that no question has taken yet. */
  hasMore(): boolean;
  /**
   * Reports a Ctrl-C that was pressed while the command was working.
   * @throws PprotectError `interrupted`
   */
  throwIfInterrupted(): Promise<void>;
  /** Restores the terminal. */
  close(): void;
}

/** The error for a question that got no answer. */
export function endOfInput(question: string): PprotectError {
  return new PprotectError(
    "end_of_input",
    `the input ended at the question "${question.trim()}"; nothing was changed`,
  );
}
