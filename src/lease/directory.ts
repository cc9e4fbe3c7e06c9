import { lstatSync, mkdirSync, type Stats } from "node:fs";
import { join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { errnoOf, fileError } from "../system/file-error.ts";
import { runtimeDirectory, temporaryDirectory } from "../system/user-directories.ts";

/** What a socket's path may have at most, with the zero byte at its end (unix(7): 108 on Linux, macOS: 104). */
const MAX_SOCKET_PATH = 104;

export const SOCKET_SUFFIX = ".sock";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where leases may have their sockets: the user's runtime directory, and a directory of the user's own among the
 * temporary files. All of them are looked into, since not every process of a user has `$XDG_RUNTIME_DIR`.
 */
export function leaseDirectories(environment: Environment, uid = ownUid()): readonly string[] {
  const given = runtimeDirectory(environment);
  const runtime = [
    ...(given === undefined ? [] : [given]),
    ...(process.platform === "linux" ? [`/run/user/${uid}`] : []),
  ];
  const inRuntime = runtime.map((parent) => join(parent, "pprotect"));
  return [...new Set([...inRuntime, join(temporaryDirectory(), `pprotect-${uid}`)])];
}

/**
 * The directory for a new lease: the first that there is, or that can be made.
 *
 * @throws PprotectError `file_error` when it is not the user's alone; nothing else is tried then, since the directory
 *   that was meant is in another user's hands
 */
export function makeLeaseDirectory(environment: Environment, uid = ownUid()): string {
  const candidates = leaseDirectories(environment, uid);
  for (const directory of candidates) {
    try {
      mkdirSync(directory, { mode: 0o700 });
    } catch (error) {
      const reason = errnoOf(error);
      // There is no runtime directory.
      if (reason === "ENOENT" && directory !== candidates.at(-1)) continue;
      if (reason !== "EEXIST") throw fileError("make the directory", directory, error);
    }
    const problem = directoryProblem(lstatSync(directory), uid);
    if (problem === undefined) return checkedLength(directory);
    throw new PprotectError(
      "file_error",
      `${escapeUnprintable(directory)} cannot be used for leases: ${problem}`,
      "remove it, or set XDG_RUNTIME_DIR to a directory of your own",
    );
  }
  throw new PprotectError("file_error", "there is no directory for the sockets of leases");
}

/** The directories that are there and are the user's alone: another user's is passed over. */
export function usableDirectories(environment: Environment, uid = ownUid()): readonly string[] {
  return leaseDirectories(environment, uid).filter((directory) => {
    try {
      return directoryProblem(lstatSync(directory), uid) === undefined;
    } catch {
      return false;
    }
  });
}

/** Whether a path is a socket of the user, and not a link to one. */
export function isOwnSocket(path: string, uid = ownUid()): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isSocket() === true && stats.uid === uid;
}

/** The user id that the kernel checks us by. */
export function ownUid(): number {
  return process.geteuid?.() ?? -1;
}

function directoryProblem(stats: Stats, uid: number): string | undefined {
  if (stats.isSymbolicLink()) return "it is a symbolic link";
  if (!stats.isDirectory()) return "it is not a directory";
  if (stats.uid !== uid) return `it belongs to another user (uid ${stats.uid})`;
  return (stats.mode & 0o077) === 0 ? undefined : "other users may enter it (its mode is not 0700)";
}

function checkedLength(directory: string): string {
  const bytes = Buffer.byteLength(directory) + "/0123456789abcdef".length + SOCKET_SUFFIX.length + 1;
  if (bytes <= MAX_SOCKET_PATH) return directory;
  throw new PprotectError(
    "file_error",
    `${escapeUnprintable(directory)} is too long a path for a socket`,
    "set XDG_RUNTIME_DIR to a shorter one",
  );
}
