import { closeSync, existsSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { pause } from "../common/pause.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { temporaryPath } from "./atomic-write.ts";
import { createExclusively } from "./exclusive-file.ts";
import { errnoOf, fileError } from "./file-error.ts";
import { type FlockAttempt, tryFlock } from "./flock.ts";
import { cannotWrite, holderOf } from "./lock-holder.ts";
import { systemPath } from "./path-text.ts";
import { readRegularText } from "./read-regular-file.ts";

/** How long to wait for another writer, and when to report it. */
export interface LockPatience {
  /** ms after which to give up, counted from when the present holder got the lock, if the system shows which process that is. */
  readonly timeout: number;
  /** ms after which `onWait` is called, once. */
  readonly quiet: number;
  readonly onWait: (message: string) => void;
  /** Called on each retry; whatever it throws ends the wait. */
  readonly throwIfInterrupted?: (() => Promise<void>) | undefined;
}

const POLL_MS = 20;

/**
 * Runs `action` while no other pprotect writes in the same directory. The lock is flock(2) on the directory: the
 * kernel releases it when the process ends, even if it is killed, and it leaves no file behind. Where the system or the
 * file system has no flock, a lock file with the process id in it is used instead.
 *
 * @param file the store's real path
 * @throws PprotectError `store_locked` when another process holds the lock for too long
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
  const start = performance.now();
  let reported = false;
  let last: string | undefined;
  let since = start;
  for (;;) {
    const attempt = process.platform === "win32" ? { release: tryLockFile(file) } : lockDirectory(file);
    if (attempt.release) return attempt.release;
    const now = performance.now();
    // A new holder: the lock changes hands, however many processes wait and however slow the machine is.
    if (attempt.holder !== undefined && attempt.holder !== last) {
      last = attempt.holder;
      since = now;
    }
    const holder = attempt.holder ?? "another process";
    // Before the timeout: on a busy machine both may be due at once.
    if (!reported && now - start > patience.quiet) {
      reported = true;
      patience.onWait(`Waiting for ${holder} to release ${escapeUnprintable(file)} …`);
    }
    if (now - since > patience.timeout) {
      throw new PprotectError(
        "store_locked",
        `${escapeUnprintable(file)} is locked by ${holder}; gave up after ${Math.round(patience.timeout / 1000)} s; nothing was changed`,
        "run the command again when the other process has ended",
      );
    }
    await patience.throwIfInterrupted?.();
    await pause(POLL_MS);
  }
}

/** The lock, or who has it. */
interface Attempt {
  readonly release?: Release | undefined;
  readonly holder?: string | undefined;
}

function lockDirectory(file: string): Attempt {
  const directory = dirname(file);
  const { descriptor, outcome } = opening(directory);
  if (outcome === "locked") return besideLockFile(file, () => closeSync(descriptor));
  try {
    const holder = holderOf(descriptor);
    if (outcome === "busy" && !(holder && cannotWrite(holder, descriptor))) {
      return { holder: holder?.description };
    }
    return withLockFile(file, descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function opening(directory: string): FlockAttempt {
  try {
    return tryFlock(directory);
  } catch (error) {
    throw errnoOf(error) === "" ? error : fileError("open", directory, error);
  }
}

/** A writer that could not have the flock may still have its lock file. */
function besideLockFile(file: string, release: Release): Attempt {
  if (!existsSync(systemPath(lockFileOf(file)))) return { release };
  const releaseFile = tryLockFile(file);
  if (releaseFile) return { release: () => [releaseFile, release].forEach((each) => void each()) };
  release();
  return {};
}

/**
 * The lock file alone. A process that can have flock may have taken the directory before the file was there: each
 * side shows its own lock before it looks for the other's.
 */
function withLockFile(file: string, directory: number): Attempt {
  const release = tryLockFile(file);
  const holder = release && holderOf(directory);
  if (!release || !holder || cannotWrite(holder, directory)) return { release };
  release();
  return { holder: holder.description };
}

/**
 * The lock for systems without flock: a file that only one process can create.
 * @returns `undefined` when another process holds the lock
 */
export function tryLockFile(file: string): Release | undefined {
  const path = lockFileOf(file);
  const release = tryCreate(path, file);
  // Under a second lock: several processes may see that the owner died, but only one may remove its lock file.
  if (!release && isAbandoned(path)) takeOver(path, file);
  return release;
}

function takeOver(path: string, file: string): void {
  const turn = `${path}.takeover`;
  const release = tryCreate(turn, file);
  try {
    if (release ? isAbandoned(path) : isAbandoned(turn))
      rmSync(systemPath(release ? path : turn), { force: true });
  } finally {
    release?.();
  }
}

function lockFileOf(file: string): string {
  return join(dirname(file), `.${basename(file)}.lock`);
}

function tryCreate(path: string, file: string): Release | undefined {
  if (existsSync(systemPath(path))) return undefined;
  try {
    if (!createExclusively(path, temporaryPath(file), String(process.pid))) return undefined;
    return () => rmSync(systemPath(path), { force: true });
  } catch (error) {
    throw fileError("lock", file, error);
  }
}

/** ms after which a lock file without a process id counts as abandoned, not as just being written where there are no hard links. */
const EMPTY_LOCK_AGE_MS = 2_000;

function isAbandoned(lockFile: string): boolean {
  try {
    const owner = ownerOf(lockFile);
    if (Number.isNaN(owner)) return Date.now() - statSync(systemPath(lockFile)).mtimeMs > EMPTY_LOCK_AGE_MS;
    // The owner may have released the lock before it ended, and another process may have it by now: look again.
    return hasEnded(owner) && ownerOf(lockFile) === owner;
  } catch {
    // Released just now, or not readable: another user's.
    return false;
  }
}

function ownerOf(lockFile: string): number {
  return Number.parseInt(readRegularText(lockFile), 10);
}

function hasEnded(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return false;
  } catch (error) {
    // EPERM: it runs, as another user.
    return errnoOf(error) === "ESRCH";
  }
}
