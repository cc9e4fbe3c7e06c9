import { closeSync, constants as fileConstants, openSync } from "node:fs";
import { constants } from "node:os";
import { isBun } from "../common/runtime.ts";
import { errnoOf } from "./file-error.ts";
import { findOnAbsolutePath } from "./find-executable.ts";
import { canCallLibc, errnoReader, openLibc } from "./libc.ts";
import { systemPath } from "./path-text.ts";

/** An open directory, and whether this process has its lock now. It has it until it closes the descriptor. */
export interface FlockAttempt {
  readonly descriptor: number;
  /** `unsupported`: by the file system, or by this runtime on this system. */
  readonly outcome: "locked" | "busy" | "unsupported";
}

/**
 * Opens a directory and tries to lock it with flock(2), without waiting.
 * @throws the system's error when it cannot be opened
 */
export function tryFlock(directory: string): FlockAttempt {
  const byLibc = isBun && canCallLibc();
  if (!byLibc && process.platform === "darwin") return openLocked(directory);
  const descriptor = openSync(systemPath(directory), "r");
  try {
    return { descriptor, outcome: byLibc ? lockByLibc(descriptor) : lockByProgram(descriptor) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** LOCK_EX | LOCK_NB of flock(2), the same on Linux and macOS. */
const LOCK_EXCLUSIVE_NOW = 2 | 4;

/** Errors of file systems without flock, such as NFS without its lock service and some FUSE file systems. */
const { ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP } = constants.errno;
const NO_FLOCK: ReadonlySet<number> = new Set([ENOLCK, ENOSYS, ENOTSUP, EOPNOTSUPP]);

function lockByLibc(descriptor: number): FlockAttempt["outcome"] {
  const { flock } = openLibc({ flock: { args: ["int", "int"], returns: "int" } });
  const errno = errnoReader();
  if (flock(descriptor, LOCK_EXCLUSIVE_NOW) === 0) return "locked";
  return NO_FLOCK.has(errno()) ? "unsupported" : "busy";
}

/**
 * Node has no flock(2), and Bun without a JIT cannot call it. The lock belongs to the open directory, not to the process, so flock(1) of util-linux or
 * busybox can take it on a descriptor that it inherits.
 */
function lockByProgram(descriptor: number): FlockAttempt["outcome"] {
  const program = findOnAbsolutePath("flock", process.env.PATH);
  if (program === undefined) return "unsupported";
  const { spawnSync } = require("node:child_process") as typeof import("node:child_process");
  const { status, stderr } = spawnSync(program, ["-x", "-n", "3"], {
    stdio: ["ignore", "ignore", "pipe", descriptor],
    env: {},
  });
  if (status === 0) return "locked";
  // It says nothing when another process has the lock.
  return status === 1 && stderr.length === 0 ? "busy" : "unsupported";
}

/** O_EXLOCK of open(2) on macOS and the BSDs: it opens a file and takes its flock. */
const O_EXLOCK = 0x20;

function openLocked(directory: string): FlockAttempt {
  try {
    const descriptor = openSync(directory, fileConstants.O_RDONLY | fileConstants.O_NONBLOCK | O_EXLOCK);
    return { descriptor, outcome: "locked" };
  } catch (error) {
    const code = errnoOf(error);
    const outcome = code === "EAGAIN" || code === "EWOULDBLOCK" ? "busy" : undefined;
    if (outcome === undefined && code !== "ENOTSUP" && code !== "EOPNOTSUPP") throw error;
    return { descriptor: openSync(systemPath(directory), "r"), outcome: outcome ?? "unsupported" };
  }
}
