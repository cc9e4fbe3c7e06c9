import { existsSync, lstatSync, readFileSync, realpathSync, type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { writeAtomically } from "../system/atomic-write.ts";
import { errnoOf, fileError } from "../system/file-error.ts";
import { type LockPatience, withLock } from "../system/file-lock.ts";
import { KeyFile } from "./key-file.ts";

/** What a change of a store asks of its caller. */
export interface UpdateOptions {
  /** Shown the text before and after, says whether to write. Left out: write. */
  readonly approve?: (before: string, after: string) => Promise<boolean>;
  readonly onWait: (message: string) => void;
  /**
   * Asked while another writer is waited for, and when all but the write is done: what it throws ends the
   * update, and nothing is written.
   */
  readonly throwIfInterrupted?: (() => Promise<void>) | undefined;
}

/** The options that concern every write, not only the change of what is there. */
type WriteOptions = Omit<UpdateOptions, "approve">;

/** ms that another writer is waited for: long enough for forty of them in a row. */
const LOCK_TIMEOUT_MS = 15_000;
const LOCK_QUIET_MS = 1_000;

/**
 * @param shownPath the store's path as the user knows it
 * @throws PprotectError `store_missing`, `file_error`; InvalidStoreError, UnresolvedMergeError
 */
export function readStoreFile(path: string, shownPath: string): KeyFile {
  return KeyFile.parse(readStoreBytes(path, shownPath), shownPath);
}

/** The bytes of a store's file. @throws PprotectError `store_missing`, `file_error` */
export function readStoreBytes(path: string, shownPath: string): Uint8Array {
  try {
    if (isDevice(path))
      throw new PprotectError("file_error", `cannot read ${escapeUnprintable(shownPath)}: it is a device`);
    return readFileSync(path);
  } catch (error) {
    if (error instanceof PprotectError) throw error;
    if (errnoOf(error) === "ENOENT") {
      throw new PprotectError(
        "store_missing",
        `no store at ${escapeUnprintable(shownPath)}`,
        "`pprotect init` makes one, `--file` names another",
        { cause: error },
      );
    }
    throw fileError("read", shownPath, error);
  }
}

/** What may have no end, or wait for someone to type. */
function isDevice(path: string): boolean {
  const stats = statSync(path);
  return stats.isCharacterDevice() || stats.isBlockDevice();
}

/**
 * Creates a store where there is none.
 * @throws PprotectError `store_exists`, `file_error`, `store_locked`
 */
export async function createStoreFile(
  path: string,
  shownPath: string,
  keyFile: KeyFile,
  options: WriteOptions,
): Promise<void> {
  await withLock(resolve(path), patience(options), async () => {
    await options.throwIfInterrupted?.();
    refuseExisting(path, shownPath);
    writeAtomically(resolve(path), keyFile.toString(), undefined);
  });
}

/** @throws PprotectError `store_exists`; `file_error` for a link to nothing, which a write would replace */
export function refuseExisting(path: string, shownPath: string): void {
  refuseLinkToNothing(path, shownPath);
  if (!existsSync(path)) return;
  throw new PprotectError(
    "store_exists",
    `${escapeUnprintable(shownPath)} already exists`,
    "`pprotect add-key-custodian` adds a custodian to it",
  );
}

/** Where a link leads to is not for us to make: a directory on the way may be missing, or not be mounted. */
function refuseLinkToNothing(path: string, shownPath: string): void {
  if (existsSync(path) || !lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) return;
  throw new PprotectError(
    "file_error",
    `${escapeUnprintable(shownPath)} is a symbolic link to nothing`,
    "remove the link, or make what it points to",
  );
}

/**
 * Applies a change to the store as it stands at the moment of writing: the file is read again under a lock,
 * so two processes that write at once both succeed. With `approve`, what is written is what was shown; when
 * the file has changed in between, the change is worked out and shown anew.
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
  const real = realPath(path, shownPath);
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
 * Puts a store in the place of whatever the file holds now, such as conflict markers.
 * @throws PprotectError `store_locked`, `file_error`
 */
export async function replaceStoreFile(
  path: string,
  shownPath: string,
  keyFile: KeyFile,
  options: WriteOptions,
): Promise<void> {
  refuseLinkToNothing(path, shownPath);
  const real = existsSync(path) ? realPath(path, shownPath) : path;
  await withLock(real, patience(options), async () => {
    await options.throwIfInterrupted?.();
    writeAtomically(real, keyFile.toString(), existsSync(real) ? writableStats(real, shownPath) : undefined);
  });
}

function computeChange(bytes: Uint8Array, shownPath: string, change: (keyFile: KeyFile) => KeyFile) {
  return { bytes, after: change(KeyFile.parse(bytes, shownPath)) };
}

/** Another program knows nothing of the lock: what it wrote since the read must not be lost. */
function refuseForeignChange(path: string, shownPath: string, read: Uint8Array): void {
  if (sameBytes(readStoreBytes(path, shownPath), read)) return;
  throw new PprotectError(
    "store_changed",
    `another program changed ${escapeUnprintable(shownPath)} in this moment`,
    "nothing was written; run the command again",
  );
}

function realPath(path: string, shownPath: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") readStoreBytes(path, shownPath);
    throw fileError("read", shownPath, error);
  }
}

/** A file without any write permission is meant to stay as it is, even for root. */
function writableStats(path: string, shownPath: string): Stats {
  const stats = statSync(path);
  if ((stats.mode & 0o222) === 0) {
    throw new PprotectError(
      "file_error",
      `cannot write ${escapeUnprintable(shownPath)}: the file is read-only`,
      "make it writable (chmod u+w) and run the command again",
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
