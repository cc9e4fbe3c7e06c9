import { constants } from "node:os";
import { openLibc } from "../../system/libc.ts";
import { ownProgram } from "../../system/own-program.ts";
import { HOLDER_WORD } from "./holder-word.ts";

/** prctl(2): the signal to get when the parent process ends. */
const PR_SET_PDEATHSIG = 1;
/** fcntl(2). */
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** The first descriptor after the standard ones. */
const FIRST = 3;

/** Seconds: longer than any program runs. */
const FOR_EVER = "2147483647";

/**
 * Starts a process that holds descriptors open until this process ends (or the program that replaces it by execve(2)).
 * The kernel then ends the holder too, even if we are killed. This gives the files a path that works in every process of
 * the user, including those that close inherited descriptors, such as ssh and Python's subprocess.
 *
 * @returns a path for each descriptor
 * @throws Error when the process cannot be started
 */
export async function holdOpen(descriptors: readonly number[]): Promise<string[]> {
  const holder = Bun.spawn([...ownProgram(), HOLDER_WORD, String(process.pid), String(descriptors.length)], {
    stdio: ["ignore", "pipe", "ignore", ...descriptors],
    env: {},
    // In a session of its own, so that Ctrl-C does not end it before the program.
    detached: true,
  });
  // The pipe is closed by the holder's execve, when it is ready: only then may others read its /proc/PID/fd.
  await new Response(holder.stdout).bytes();
  holder.unref();
  return descriptors.map((_, index) => `/proc/${holder.pid}/fd/${FIRST + index}`);
}

/**
 * Runs in the holder process: replaces it by `sleep`, which is small, and whose /proc/PID/fd other processes of the user
 * may read (ours is closed to them).
 *
 * @param args the parent's process id, and the number of descriptors
 */
export function holdFiles(args: readonly string[]): never {
  const [parent, count] = args.map(Number);
  const { prctl, fcntl, execv } = openLibc({
    prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" },
    fcntl: { args: ["int", "int", "int"], returns: "int" },
    execv: { args: ["ptr", "ptr"], returns: "int" },
  });
  const { ptr } = require("bun:ffi") as typeof import("bun:ffi");
  prctl(PR_SET_PDEATHSIG, constants.signals.SIGKILL, 0, 0, 0);
  // The parent may have ended before prctl.
  if (process.ppid !== parent) process.exit(1);
  for (let index = 0; index < (count ?? 0); index++) fcntl(FIRST + index, F_SETFD, 0);
  fcntl(1, F_SETFD, FD_CLOEXEC);
  const words = ["sleep", FOR_EVER].map((word) => Buffer.from(`${word}\0`));
  const pointers = new BigUint64Array([...words.map((word) => BigInt(ptr(word))), 0n]);
  // Not process.execve: it closes the descriptors.
  execv(Buffer.from("/bin/sleep\0"), pointers);
  process.exit(1);
}
