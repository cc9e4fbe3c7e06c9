import { closeSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { basename, dirname, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { errnoOf, fileError } from "./file-error.ts";
import { errnoReader, openLibc } from "./libc.ts";

/** How long to wait for another writer, and when to say so. */
export interface LockPatience {
  /** ms until the wait is given up. */
  readonly timeout: number;
  /** ms until `onWait` is called, once. */
  readonly quiet: number;
  readonly onWait: (message: string) => void;
  /** Asked at every turn of the wait: what it throws ends it. */
  readonly throwIfInterrupted?: (() => Promise<void>) | undefined;
}

const POLL_MS = 20;

/**
 * Runs `action` while no other pprotect writes in the same folder. The lock is the kernel's own, on the folder
 * (flock(2)): it ends with the process, however that dies, and leaves no file behind. Where the system or
 * the file system has no flock, a lock file that names its process takes its place.
 *
 * @param file the store's real path
 * @throws PprotectError `store_locked` when another writer holds it for too long
 */
export async function withLock<Result>(
  file: string,
  patience: LockPatience,
  action: () => Result | Promise<Result>,
): Promise<Result> {
  const release = await acquire(file, patience);
  try {
    return await action();
  } finally {
    release();
  }
}

type Release = () => void;

async function acquire(file: string, patience: LockPatience): Promise<Release> {
  const tryLock = process.platform === "win32" ? tryLockFile : tryFlock;
  const start = performance.now();
  let told = false;
  for (;;) {
    const release = tryLock(file);
    if (release) return release;
    const waited = performance.now() - start;
    if (waited > patience.timeout) {
      throw new PprotectError(
        "store_locked",
        `${escapeUnprintable(file)} is being written by another pprotect; gave up after ${Math.round(patience.timeout / 1000)} s`,
        "nothing was changed; run the command again when the other one has ended",
      );
    }
    if (!told && waited > patience.quiet) {
      told = true;
      patience.onWait(`Waiting for another pprotect that is writing ${escapeUnprintable(file)} …`);
    }
    await patience.throwIfInterrupted?.();
    await Bun.sleep(POLL_MS);
  }
}

/** LOCK_EX | LOCK_NB of flock(2), the same on Linux and macOS. */
const LOCK_EXCLUSIVE_NOW = 2 | 4;

/** What file systems without flock answer, such as NFS without its lock service, and some of FUSE. */
const { ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP } = constants.errno;
const NO_FLOCK: ReadonlySet<number> = new Set([ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP]);

function tryFlock(file: string): Release | undefined {
  const folder = dirname(file);
  const { flock } = openLibc({ flock: { args: ["int", "int"], returns: "int" } });
  const errno = errnoReader();
  let descriptor: number;
  try {
    descriptor = openSync(folder, "r");
  } catch (error) {
    throw fileError("open the folder", folder, error);
  }
  if (flock(descriptor, LOCK_EXCLUSIVE_NOW) === 0) return () => closeSync(descriptor);
  const reason = errno();
  closeSync(descriptor);
  return NO_FLOCK.has(reason) ? tryLockFile(file) : undefined;
}

/** The lock where there is no flock: a file that only one process can create. */
export function tryLockFile(file: string): Release | undefined {
  const path = join(dirname(file), `.${basename(file)}.lock`);
  const release = tryCreate(path, file);
  // A second lock, so that of several that see a dead owner one takes over, and none removes the heir's lock.
  if (!release && isAbandoned(path)) takeOver(path, file);
  return release;
}

function takeOver(path: string, file: string): void {
  const turn = `${path}.takeover`;
  const release = tryCreate(turn, file);
  try {
    if (release ? isAbandoned(path) : isAbandoned(turn)) rmSync(release ? path : turn, { force: true });
  } finally {
    release?.();
  }
}

function tryCreate(path: string, file: string): Release | undefined {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return () => rmSync(path, { force: true });
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return undefined;
    throw fileError("lock", file, error);
  }
}

/** ms after which a lock file without a process id in it is not one that is just being written. */
const EMPTY_LOCK_AGE_MS = 2_000;

function isAbandoned(lockFile: string): boolean {
  try {
    const owner = Number.parseInt(readFileSync(lockFile, "utf8"), 10);
    if (Number.isNaN(owner)) return Date.now() - statSync(lockFile).mtimeMs > EMPTY_LOCK_AGE_MS;
    process.kill(owner, 0);
    return false;
  } catch (error) {
    // ENOENT: released in this moment. EPERM: alive, and another user's.
    return errnoOf(error) === "ESRCH";
  }
}
