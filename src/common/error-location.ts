import { PprotectError } from "./errors.ts";

/** Runs `action` for a line of a file; a PprotectError that it throws gets `FILE:LINE: ` before its message. */
export function withErrorLocation<Result>(file: string, line: number, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    throw new PprotectError(error.code, `${file}:${line}: ${error.message}`, error.fix, { cause: error });
  }
}
