import { lstatSync, mkdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, isAbsolute, join } from "node:path";
import * as t from "typanion";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { writeAtomically } from "../../system/atomic-write.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { type LockPatience, withLock } from "../../system/file-lock.ts";

/**
 * A file with secrets in it that we wrote, so that it may be replaced or removed. Nothing of what is in it is
 * kept, no digest either: a digest of few secrets can be searched for.
 */
export interface WrittenFile {
  /** Absolute; its directories are no symbolic links. */
  readonly path: string;
  /** The name that it has until it is whole: what a killed writer leaves. */
  readonly temporary: string;
  /** The store that its secrets are from, absolute. */
  readonly store: string;
  /** Its time of modification as we set it, in whole seconds, and that of the file before. Whoever writes it changes the time. */
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

/**
 * Where the user's own state is (XDG Base Directory Specification). Not in the repository: whoever writes that
 * could name files there for us to remove.
 */
function recordPath(environment: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = environment;
  const given = process.platform === "win32" ? LOCALAPPDATA : XDG_STATE_HOME;
  const directory = given !== undefined && isAbsolute(given) ? given : join(homedir(), ".local/state");
  return join(directory, "pprotect/written-files.json");
}

/** The files that we wrote, while no other pprotect changes them. */
export interface FileRecord {
  readonly files: readonly WrittenFile[];
  /** @throws PprotectError `file_error` */
  save(files: readonly WrittenFile[]): void;
}

const PATIENCE: Pick<LockPatience, "timeout" | "quiet"> = { timeout: 15_000, quiet: 1_000 };

/**
 * Runs an action with the record in hand.
 * @throws PprotectError `file_error`; `store_locked` when another pprotect has it for too long
 */
export async function withRecord<Result>(
  onWait: (message: string) => void,
  action: (record: FileRecord) => Result,
): Promise<Result> {
  const path = recordPath(process.env);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError("make the directory", dirname(path), error, "$XDG_STATE_HOME names another place for it");
  }
  return withLock(path, { ...PATIENCE, onWait }, () =>
    action({ files: read(path), save: (files) => save(path, files) }),
  );
}

function save(path: string, files: readonly WrittenFile[]): void {
  writeAtomically(path, `${JSON.stringify({ files }, undefined, 2)}\n`, undefined);
}

function read(path: string): readonly WrittenFile[] {
  try {
    const record: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (isRecord(record)) return record.files;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    if (!(error instanceof SyntaxError)) throw fileError("read", path, error);
  }
  throw new PprotectError(
    "file_error",
    `${escapeUnprintable(path)}, which lists the files that pprotect wrote, is damaged`,
    "look after those files yourself and remove it",
  );
}

/** Whether a file is there as it was written: no link, and its time of modification the one that we set. */
export function isAsWritten({ path, modified }: WrittenFile): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && modified.some((seconds) => seconds * 1000 === stats.mtimeMs);
}
