import { existsSync, lstatSync, type Stats, statSync } from "node:fs";
import { PprotectError } from "../common/errors.ts";
import { shellWord } from "../common/shell-quote.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { type Content, writeAtomically } from "../system/atomic-write.ts";
import {
  isContentOf,
  LARGER_THAN_MAX,
  MAX_FILE_BYTES,
  readBounded,
  readBoundedText,
} from "../system/bounded-read.ts";
import { errnoOf, fileError } from "../system/file-error.ts";
import { type LockPatience, withLock } from "../system/file-lock.ts";
import { absolutePath, systemPath } from "../system/path-text.ts";
import { realpathOfFile } from "../system/real-path.ts";
import { emitStore } from "./format/yaml-writer.ts";
import { KeyFile } from "./key-file.ts";

/** Options of {@link updateStoreFile}. */
export interface UpdateOptions {
  /** Gets the text before and after the change, and decides whether to write. Without it, the change is written. */
  readonly approve?: (before: string, after: string) => Promise<boolean>;
  /** Gets a message when the wait for another writer takes longer than a second. */
  readonly onWait: (message: string) => void;
  /** What the file held a moment ago: not parsed again if it still does. */
  readonly known?: StoreVersion | undefined;
  /** Called while waiting for another writer and right before the write. If it throws, nothing is written. */
  readonly throwIfInterrupted?: (() => Promise<void>) | undefined;
}

/** A store together with the text that it was parsed from. */
export interface StoreVersion {
  readonly text: string;
  readonly keyFile: KeyFile;
}

/** The options of every write: {@link UpdateOptions} without what is for a change alone. */
export type WriteOptions = Omit<UpdateOptions, "approve" | "known">;

/** ms to wait for other writers: enough for forty of them in a row. */
const LOCK_TIMEOUT_MS = 15_000;
const LOCK_QUIET_MS = 1_000;

/**
 * Reads and parses a store.
 *
 * @param shownPath the store's path as the user gave it, for messages
 * @throws PprotectError `store_missing`, `file_error`; InvalidStoreError, UnresolvedMergeError
 */
export function readStoreFile(path: string, shownPath: string): KeyFile {
  return readStoreVersion(path, shownPath).keyFile;
}

/**
 * Reads and parses a store, and keeps its text.
 * @param known is returned if the file still holds its text
 * @throws as {@link readStoreFile}
 */
export function readStoreVersion(path: string, shownPath: string, known?: StoreVersion): StoreVersion {
  if (known && storeHolds(path, shownPath, known.text)) return known;
  const content =
    reading(shownPath, () => readBoundedText(path, shownPath, MAX_FILE_BYTES)) ??
    readStoreBytes(path, shownPath);
  const keyFile = KeyFile.parse(content, shownPath);
  // A store is text, or it would not have been parsed.
  return { text: typeof content === "string" ? content : (decodeUtf8(content) ?? ""), keyFile };
}

/**
 * Reads the bytes of a store.
 * @throws PprotectError `store_missing`; `file_error`, also when it is larger than {@link MAX_FILE_BYTES}
 */
export function readStoreBytes(path: string, shownPath: string): Uint8Array {
  const bytes = reading(shownPath, () => readBounded(path, shownPath, MAX_FILE_BYTES));
  if (bytes) return bytes;
  throw new PprotectError("file_error", `cannot read ${escapeUnprintable(shownPath)}: ${LARGER_THAN_MAX}`);
}

/** @throws PprotectError `store_missing`, `file_error` */
function storeHolds(path: string, shownPath: string, text: string): boolean {
  return reading(shownPath, () => isContentOf(path, shownPath, text));
}

function reading<Result>(shownPath: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (error instanceof PprotectError) throw error;
    if (errnoOf(error) === "ENOENT") {
      throw new PprotectError(
        "store_missing",
        `no store at ${escapeUnprintable(shownPath)}`,
        "run `pprotect init` to create one, or use --file",
        { cause: error },
      );
    }
    throw fileError("read", shownPath, error);
  }
}

/**
 * Creates the file of a new store, also in place of an empty file.
 * @throws PprotectError `store_exists`, `file_error`, `store_locked`
 */
export async function createStoreFile(
  path: string,
  shownPath: string,
  keyFile: KeyFile,
  options: WriteOptions,
): Promise<void> {
  await withLock(absolutePath(path), patience(options), async () => {
    await options.throwIfInterrupted?.();
    refuseExisting(path, shownPath);
    replace(path, shownPath, keyFile);
  });
}

/** @throws PprotectError `store_exists`; `file_error` for a dangling symbolic link, which a write would replace */
export function refuseExisting(path: string, shownPath: string): void {
  refuseDanglingLink(path, shownPath);
  if (!existsSync(systemPath(path)) || isBlankFile(path, shownPath)) return;
  throw new PprotectError(
    "store_exists",
    `${escapeUnprintable(shownPath)} already exists`,
    "use `pprotect add-key-custodian` to add a custodian to it",
  );
}

/** Such as one that `touch` or a failed `>` left. */
function isBlankFile(path: string, shownPath: string): boolean {
  if (!statSync(systemPath(path)).isFile()) return false;
  return reading(shownPath, () => readBoundedText(path, shownPath, MAX_FILE_BYTES))?.trim() === "";
}

/** The target may be on a file system that is not mounted: do not create it. */
function refuseDanglingLink(path: string, shownPath: string): void {
  if (
    existsSync(systemPath(path)) ||
    !lstatSync(systemPath(path), { throwIfNoEntry: false })?.isSymbolicLink()
  )
    return;
  throw new PprotectError(
    "file_error",
    `${escapeUnprintable(shownPath)} is a dangling symbolic link`,
    "remove the link, or create its target",
  );
}

/**
 * Applies a change to a store. The file is read again under a lock, so that two processes that write at once both
 * succeed. With `approve`, exactly what was shown is written; if the file has changed since, the change is computed and
 * shown again.
 *
 * @returns the store as written, or `undefined` when the change was not approved
 * @throws PprotectError `store_missing`, `store_locked`, `store_changed`, `file_error`, and what `change` throws
 */
export async function updateStoreFile(
  path: string,
  shownPath: string,
  change: (keyFile: KeyFile) => KeyFile,
  { approve, known, ...options }: UpdateOptions,
): Promise<KeyFile | undefined> {
  const real = realPathOfStore(path, shownPath);
  for (;;) {
    const before = approve && readStoreVersion(real, shownPath, known);
    const preview = before && { before, after: change(before.keyFile) };
    if (preview && !(await approve(preview.before.text, preview.after.toString()))) return undefined;
    const written = await withLock(real, patience(options), async () => {
      if (preview && !storeHolds(real, shownPath, preview.before.text)) return undefined;
      const read = preview?.before ?? readStoreVersion(real, shownPath, known);
      const after = preview?.after ?? change(read.keyFile);
      const stats = writableStats(real, shownPath);
      await options.throwIfInterrupted?.();
      refuseForeignChange(real, shownPath, read.text);
      writeAtomically(real, piecesOf(after), stats);
      return after;
    });
    if (written) return written;
  }
}

/**
 * Replaces the file by a store, whatever it contains now, such as conflict markers.
 * @throws PprotectError `store_locked`, `file_error`
 */
export async function replaceStoreFile(
  path: string,
  shownPath: string,
  keyFile: KeyFile,
  options: WriteOptions,
): Promise<void> {
  refuseDanglingLink(path, shownPath);
  const real = existsSync(systemPath(path)) ? realPathOfStore(path, shownPath) : path;
  await withLock(real, patience(options), async () => {
    await options.throwIfInterrupted?.();
    replace(real, shownPath, keyFile);
  });
}

/** Writes a store into a file that need not be there; the target of a symbolic link is written, not the link. */
function replace(path: string, shownPath: string, keyFile: KeyFile): void {
  const exists = existsSync(systemPath(path));
  const real = exists ? realPathOfStore(path, shownPath) : absolutePath(path);
  writeAtomically(real, piecesOf(keyFile), exists ? writableStats(real, shownPath) : undefined);
}

/** Other programs do not take the lock: do not overwrite what they wrote since the file was read. */
function refuseForeignChange(path: string, shownPath: string, read: string): void {
  if (storeHolds(path, shownPath, read)) return;
  throw new PprotectError(
    "store_changed",
    `another program changed ${escapeUnprintable(shownPath)} at the same time`,
    "nothing was written; run the command again",
  );
}

/**
 * A store's path with all symbolic links resolved.
 * @throws PprotectError `store_missing`, `file_error`
 */
export function realPathOfStore(path: string, shownPath: string): string {
  try {
    return realpathOfFile(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") readStoreBytes(path, shownPath);
    throw fileError("read", shownPath, error);
  }
}

/** A file without write permission for anyone must not be changed, even by root. */
function writableStats(path: string, shownPath: string): Stats {
  const stats = statSync(systemPath(path));
  if (!stats.isFile()) {
    throw new PprotectError(
      "file_error",
      `cannot write ${escapeUnprintable(shownPath)}: is not a regular file`,
    );
  }
  if ((stats.mode & 0o222) === 0) {
    throw new PprotectError(
      "file_error",
      `cannot write ${escapeUnprintable(shownPath)}: the file is read-only`,
      `\`chmod u+w ${shellWord(shownPath)}\` makes it writable`,
    );
  }
  return stats;
}

/** The canonical text, which need not be in memory as a whole. */
function piecesOf({ data }: KeyFile): Content {
  return (write) => emitStore(write, data);
}

function patience({ onWait, throwIfInterrupted }: WriteOptions): LockPatience {
  return { timeout: LOCK_TIMEOUT_MS, quiet: LOCK_QUIET_MS, onWait, throwIfInterrupted };
}
