import { PprotectError } from "./errors.ts";

/** Runs `action` for a line of a file; a PprotectError that it throws gets `FILE:LINE: ` before its message. */
export function withErrorLocation<Result>(file: string, line: number, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    throw locatedError(error, file, line);
  }
}

/** A PprotectError with `FILE:LINE: ` before its message; any other error as it is. */
export function locatedError(error: unknown, file: string, line: number): unknown {
  if (!(error instanceof PprotectError)) return error;
  return new PprotectError(error.code, `${file}:${line}: ${error.message}`, error.fix, { cause: error });
}
