import type { PprotectError } from "../../common/errors.ts";
import { jsonLine } from "./json-text.ts";
import { writeLine, writeOut } from "./output.ts";

/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Names from a file are values in it, never keys: `__proto__` is a valid name. */
export type Result = { readonly [key: string]: Json };

/** Something that can be done next. */
export interface NextAction {
  /** A command line for a shell. */
  readonly command: string;
  readonly description: string;
  /** Whether it works as it is; otherwise the caller replaces words in capitals. */
  readonly runnable: boolean;
}

/** What a command did, for programs; it prints the text for people itself. */
export interface Outcome {
  /** As docs/schemas/output.schema.json defines it under the command's name. */
  readonly result: Result;
  readonly nextActions?: readonly NextAction[];
  /** The command did its work, but what it checked failed: it exits with 1. */
  readonly refusal?: PprotectError | undefined;
}

/** The one line of JSON with which a command answers a program on standard output. */
export class Envelope {
  readonly #command: string;
  #begun = false;

  constructor(command: string) {
    this.#command = command;
  }

  /**
   * Writes the beginning of the line, with the result: the caller must have it before anything is changed. The outcome
   * or the error ends the same line.
   * @throws OutputClosedError
   */
  begin(result: Result): void {
    writeOut(jsonLine({ result }).slice(0, -1));
    this.#begun = true;
  }

  /** @throws OutputClosedError */
  outcome({ result, nextActions = [], refusal }: Outcome): void {
    const rest = refusal ? failure(refusal) : { next_actions: nextActions as unknown as Json };
    this.#write({ ok: !refusal, command: this.#command, ...(this.#begun ? {} : { result }), ...rest });
  }

  /** Writes the error that stopped the command. @throws OutputClosedError */
  error(error: PprotectError): void {
    this.#write({ ok: false, command: this.#command, ...failure(error) });
  }

  #write(fields: Result): void {
    const text = jsonLine(fields);
    writeLine(this.#begun ? `,${text.slice(1)}` : text);
  }
}

function failure({ code, message, fix }: PprotectError): Result {
  return { error: { code, message }, fix: fix ?? null };
}
