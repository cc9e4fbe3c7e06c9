import { type ErrorCode, PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";

/** Exit statuses other than 1. */
const STATUSES: Partial<Record<ErrorCode, number>> = {
  store_missing: 2,
  store_exists: 2,
  interrupted: 130,
  command_not_executable: 126,
  command_not_found: 127,
};

/** The exit status that an error means. */
export function exitStatus(error: unknown): number {
  return (error instanceof PprotectError ? STATUSES[error.code] : undefined) ?? 1;
}

/** An error for the user: a line that says what is wrong, and a `hint:` line with what to do; never a stack trace. */
export function explain(error: unknown): string {
  const { message, fix } = asPprotectError(error);
  return `pprotect: ${message}\n${fix === undefined ? "" : `hint: ${fix}\n`}`;
}

/** Anything that was thrown, as an error that may be shown: printable, and without a secret. */
export function asPprotectError(error: unknown): PprotectError {
  if (error instanceof PprotectError) {
    return new PprotectError(
      error.code,
      escapeUnprintable(error.message),
      error.fix && escapeUnprintable(error.fix),
    );
  }
  if (isParserError(error)) {
    return new PprotectError(
      "usage",
      "the command line cannot be read",
      "`pprotect help COMMAND` explains a command",
    );
  }
  // A defect of ours: its message may hold anything, so only its kind is shown.
  const kind = error instanceof Error ? error.name : typeof error;
  return new PprotectError(
    "internal_error",
    `internal error: ${escapeUnprintable(kind)}`,
    "please report it",
  );
}

/** Recognised by the property that they have, so that reporting an error does not load the parser. */
function isParserError(error: unknown): error is Error {
  return error instanceof Error && "clipanion" in error;
}
