import { lstatSync, mkdirSync, type Stats } from "node:fs";
import { dirname, join } from "node:path";
import * as t from "typanion";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { OWN_FILE, writeAtomically } from "../../system/atomic-write.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { type LockPatience, withLock } from "../../system/file-lock.ts";
import { readRegularText } from "../../system/read-regular-file.ts";
import { stateDirectory } from "../../system/state-directory.ts";

/**
 * A file with secrets that we wrote, and so may replace and remove. The record holds nothing of the content, not even a
 * digest: secrets could be guessed from that.
 */
export interface WrittenFile {
  /** Absolute, with the symbolic links in its directory resolved. */
  readonly path: string;
  /** Its path until it is complete: what a killed writer leaves behind. */
  readonly temporary: string;
  /** The store that its secrets come from, absolute. */
  readonly store: string;
  /**
   * The modification time that we gave it, in whole seconds, and that of the file it replaced. Any later write changes
   * the time.
   */
  readonly modified: readonly number[];
}

const isRecord = t.isObject({
  files: t.isArray(
    t.isObject({
      path: t.isString(),
      temporary: t.isString(),
      store: t.isString(),
      modified: t.isArray(t.isNumber()),
    }),
  ),
});

/** Not in the repository: anyone who can write there could list files for us to remove. */
const RECORD_NAME = "written-files.json";

/** The files that we wrote, read under a lock. */
export interface FileRecord {
  readonly files: readonly WrittenFile[];
  /** @throws PprotectError `file_error` */
  save(files: readonly WrittenFile[]): void;
}

const PATIENCE: Pick<LockPatience, "timeout" | "quiet"> = { timeout: 15_000, quiet: 1_000 };

/**
 * Runs `action` with the record, under its lock.
 *
 * @param directory the user's state directory
 * @throws PprotectError `file_error`; `store_locked` when another process holds the lock for too long
 */
export async function withRecord<Result>(
  onWait: (message: string) => void,
  action: (record: FileRecord) => Result,
  directory: string = stateDirectory(process.env),
): Promise<Result> {
  const path = recordPath(directory);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError("create", dirname(path), error, {
      fix: "set XDG_STATE_HOME to use another directory",
    });
  }
  return withLock(path, { ...PATIENCE, onWait }, () =>
    action({ files: read(path), save: (files) => save(path, files) }),
  );
}

/** @param directory the user's state directory */
export function recordPath(directory: string): string {
  return join(directory, RECORD_NAME);
}

function save(path: string, files: readonly WrittenFile[]): void {
  writeAtomically(path, `${JSON.stringify({ files }, undefined, 2)}\n`, OWN_FILE);
}

function read(path: string): readonly WrittenFile[] {
  try {
    const record: unknown = JSON.parse(readRegularText(path));
    if (isRecord(record)) return record.files;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    if (!(error instanceof SyntaxError)) throw fileError("read", path, error);
  }
  throw new PprotectError(
    "file_error",
    `${escapeUnprintable(path)}, the record of files that pprotect wrote, is damaged`,
    "remove those files by hand, then the record",
  );
}

/** Whether a file is unchanged since it was written: a regular file with the modification time that we set. */
export function isAsWritten({ path, modified }: WrittenFile): boolean {
  const stats = statusOf(path);
  return stats?.isFile() === true && modified.some((seconds) => seconds * 1000 === stats.mtimeMs);
}

/** Whether there is a regular file that we can look at. */
export function isFile(path: string): boolean {
  return statusOf(path)?.isFile() === true;
}

/** A file that we cannot look at is no longer ours to change, and does not keep others from being removed. */
function statusOf(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (errnoOf(error) === "") throw error;
    return undefined;
  }
}
