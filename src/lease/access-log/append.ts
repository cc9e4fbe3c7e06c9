import { PprotectError } from "../../common/errors.ts";
import { type LockPatience, withLock } from "../../system/file-lock.ts";
import { type AccessContent, nextLine, parseEntry } from "./entry.ts";
import {
  accessLogPath,
  DEFAULT_LOG_SIZE,
  LogFile,
  type LogSize,
  lastOldLine,
  makeStateDirectory,
} from "./files.ts";

/** What a log entry is written with. */
export interface AppendOptions {
  readonly now?: Date;
  readonly size?: LogSize;
  /** Wait until the entry is on the disk. */
  readonly sync?: boolean;
}

const PATIENCE: LockPatience = { timeout: 10_000, quiet: 10_000, onWait: () => undefined };

/**
 * Appends an entry to the access log. Not to be called with the lock on another file of the state directory held:
 * the lock is on the directory.
 *
 * @throws PprotectError `file_error`, `store_locked`; nothing is written then
 */
export async function appendToAccessLog(
  stateDirectory: string,
  content: AccessContent,
  { now = new Date(), size = DEFAULT_LOG_SIZE, sync = false }: AppendOptions = {},
): Promise<void> {
  makeStateDirectory(stateDirectory);
  const path = accessLogPath(stateDirectory);
  await withLock(path, PATIENCE, () => {
    const file = new LogFile(path);
    try {
      const { last, separator } = endOf(file, path);
      const line = nextLine(content, last, now);
      const full = file.size > 0 && file.size + separator.length + line.length + 1 > size.bytes;
      if (full) file.rotate(size);
      file.append(`${full ? "" : separator}${line}\n`, sync);
    } finally {
      file.close();
    }
  });
}

/** The line to continue from, and what has to come before the new one. */
function endOf(file: LogFile, path: string): { last: string | undefined; separator: string } {
  const { line, cut } = file.end();
  // A crash may have cut off only the line's end.
  if (cut !== "" && parseEntry(cut)) return { last: cut, separator: "\n" };
  return { last: line ?? lastOldLine(path), separator: cut === "" ? "" : "\n" };
}

/** How the access log is kept, in the environment: `required` makes a log that cannot be written an error. */
export const AUDIT_VARIABLE = "PPROTECT_AUDIT";

/** Where entries go, and what is done when they cannot be written. */
export interface AccessLog {
  readonly stateDirectory: string;
  readonly required: boolean;
  /** Takes a line when an entry could not be written. */
  readonly warn: (message: string) => void;
}

/**
 * Records what is about to be done. With `required`, it waits until the entry is on the disk.
 *
 * @throws PprotectError `file_error` when the log is required and cannot be written: do nothing then
 */
export async function recordAccess(
  { stateDirectory, required, warn }: AccessLog,
  content: AccessContent,
  size: LogSize = DEFAULT_LOG_SIZE,
): Promise<void> {
  try {
    await appendToAccessLog(stateDirectory, content, { sync: required, size });
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown error";
    if (!required) return warn(`the access log was not written: ${reason}`);
    throw new PprotectError(
      "file_error",
      `the access log cannot be written: ${reason}`,
      `${AUDIT_VARIABLE}=required forbids going on without it`,
      { cause: error },
    );
  }
}

/** @throws PprotectError `usage` for a value that is not known: a misspelt `required` must not turn it off */
export function isAuditRequired(environment: Readonly<Record<string, string | undefined>>): boolean {
  const value = environment[AUDIT_VARIABLE] ?? "";
  if (value === "required") return true;
  if (value === "") return false;
  throw new PprotectError("usage", `${AUDIT_VARIABLE} must be "required" or empty`);
}
