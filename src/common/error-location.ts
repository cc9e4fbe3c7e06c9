import { PprotectError } from "./errors.ts";

/** Does something for a line of a file, and puts `FILE:LINE: ` before what is wrong with it. */
export function withErrorLocation<Result>(file: string, line: number, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    throw new PprotectError(error.code, `${file}:${line}: ${error.message}`, error.fix, { cause: error });
  }
}
