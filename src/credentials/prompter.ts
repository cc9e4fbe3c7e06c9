import { PprotectError } from "../common/errors.ts";

/** Asks the user, at a terminal or by lines on standard input. Implemented by the command line. */
export interface Prompter {
  /** Whether a person is asked, who may try again. */
  readonly atTerminal: boolean;
  /** Reads a line, echoed as it is typed. @throws PprotectError `end_of_input`, `aborted` */
  ask(question: string): Promise<string>;
  /** Reads a line without echo. @throws PprotectError `end_of_input`, `aborted` */
  askHidden(question: string): Promise<string>;
  /** Prints a line on standard error. */
  note(message: string): void;
}

/**
 * The answer to a question. Where nobody is at a terminal and the input has ended, the error says what to do instead.
 * @param fix for that error
 * @throws PprotectError `end_of_input`, and what `answer` rejects with
 */
export async function answeredOr(
  fix: string,
  { atTerminal }: Prompter,
  answer: Promise<string>,
): Promise<string> {
  try {
    return await answer;
  } catch (error) {
    if (atTerminal || !(error instanceof PprotectError) || error.code !== "end_of_input") throw error;
    throw new PprotectError(error.code, error.message, fix);
  }
}
