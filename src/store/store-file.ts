import { existsSync, lstatSync, type Stats, statSync } from "node:fs";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { writeAtomically } from "../system/atomic-write.ts";
import { LARGER_THAN_MAX, MAX_FILE_BYTES, readBounded } from "../system/bounded-read.ts";
import { errnoOf, fileError } from "../system/file-error.ts";
import { type LockPatience, withLock } from "../system/file-lock.ts";
import { absolutePath, systemPath } from "../system/path-text.ts";
import { realpathOfFile } from "../system/real-path.ts";
import { KeyFile } from "./key-file.ts";

/** Options of {@link updateStoreFile}. */
export interface UpdateOptions {
  /** Gets the text before and after the change, and decides whether to write. Without it, the change is written. */
  readonly approve?: (before: string, after: string) => Promise<boolean>;
  /** Gets a message when the wait for another writer takes longer than a second. */
  readonly onWait: (message: string) => void;
  /** Called while waiting for another writer and right before the write. If it throws, nothing is written. */
  readonly throwIfInterrupted?: (() => Promise<void>) | undefined;
}

/** The options of every write. */
type WriteOptions = Omit<UpdateOptions, "approve">;

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
  return KeyFile.parse(readStoreBytes(path, shownPath), shownPath);
}

/**
 * Reads the bytes of a store.
 * @throws PprotectError `store_missing`; `file_error`, also when it is larger than {@link MAX_FILE_BYTES}
 */
export function readStoreBytes(path: string, shownPath: string): Uint8Array {
  try {
    const bytes = readBounded(path, shownPath, MAX_FILE_BYTES);
    if (bytes) return bytes;
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
  throw new PprotectError("file_error", `cannot read ${escapeUnprintable(shownPath)}: ${LARGER_THAN_MAX}`);
}

/**
 * Creates the file of a new store.
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
    writeAtomically(absolutePath(path), keyFile.toString(), undefined);
  });
}

/** @throws PprotectError `store_exists`; `file_error` for a dangling symbolic link, which a write would replace */
export function refuseExisting(path: string, shownPath: string): void {
  refuseDanglingLink(path, shownPath);
  if (!existsSync(systemPath(path))) return;
  throw new PprotectError(
    "store_exists",
    `${escapeUnprintable(shownPath)} already exists`,
    "use `pprotect add-key-custodian` to add a custodian to it",
  );
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
  { approve, ...options }: UpdateOptions,
): Promise<KeyFile | undefined> {
  const real = realPathOfStore(path, shownPath);
  for (;;) {
    const preview = approve ? computeChange(readStoreBytes(real, shownPath), shownPath, change) : undefined;
    if (preview && !(await approve?.(decodeUtf8(preview.bytes) ?? "", preview.after.toString())))
      return undefined;
    const written = await withLock(real, patience(options), async () => {
      const bytes = readStoreBytes(real, shownPath);
      if (preview && !sameBytes(bytes, preview.bytes)) return undefined;
      const { after } = preview ?? computeChange(bytes, shownPath, change);
      const stats = writableStats(real, shownPath);
      await options.throwIfInterrupted?.();
      refuseForeignChange(real, shownPath, bytes);
      writeAtomically(real, after.toString(), stats);
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
    writeAtomically(
      real,
      keyFile.toString(),
      existsSync(systemPath(real)) ? writableStats(real, shownPath) : undefined,
    );
  });
}

function computeChange(bytes: Uint8Array, shownPath: string, change: (keyFile: KeyFile) => KeyFile) {
  return { bytes, after: change(KeyFile.parse(bytes, shownPath)) };
}

/** Other programs do not take the lock: do not overwrite what they wrote since the file was read. */
function refuseForeignChange(path: string, shownPath: string, read: Uint8Array): void {
  if (sameBytes(readStoreBytes(path, shownPath), read)) return;
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
      "make it writable with `chmod u+w` and run the command again",
    );
  }
  return stats;
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}

function patience({ onWait, throwIfInterrupted }: WriteOptions): LockPatience {
  return { timeout: LOCK_TIMEOUT_MS, quiet: LOCK_QUIET_MS, onWait, throwIfInterrupted };
}
