import { constants } from "node:os";
import { openLibc } from "../../system/libc.ts";
import { HOLDER_WORD } from "./holder-word.ts";

/** Of prctl(2): the signal that a process gets when its parent ends. */
const PR_SET_PDEATHSIG = 1;
/** Of fcntl(2). */
const F_SETFD = 2;
const FD_CLOEXEC = 1;

/** The first descriptor after the standard ones. */
const FIRST = 3;

/** Longer than any program runs, in seconds. */
const FOR_EVER = "2147483647";

/**
 * Starts a process that holds descriptors open for as long as this process, or the program that takes its place,
 * is there; the kernel ends it with us, however we end. So the files have a path for every process of the user,
 * also for those that close what they inherit, as ssh and Python's subprocess do.
 *
 * @returns a path for each descriptor
 * @throws when it cannot be started
 */
export async function holdOpen(descriptors: readonly number[]): Promise<string[]> {
  const holder = Bun.spawn([...ourselves(), HOLDER_WORD, String(process.pid), String(descriptors.length)], {
    stdio: ["ignore", "pipe", "ignore", ...descriptors],
    env: {},
    // A session of its own: Ctrl-C is for the program.
    detached: true,
  });
  // It ends when the holder is ready, that is when others may look at what it has open.
  await new Response(holder.stdout).bytes();
  holder.unref();
  return descriptors.map((_, index) => `/proc/${holder.pid}/fd/${FIRST + index}`);
}

/** The binary, by a path that holds when it is replaced meanwhile; or, uncompiled, the runtime and our source. */
function ourselves(): string[] {
  return Bun.main.startsWith("/$bunfs/") ? ["/proc/self/exe"] : [process.execPath, Bun.main];
}

/**
 * What the holder does: nothing, for as long as its parent is there. It becomes a program that is small, and that
 * other processes of the user may look at, as they may not at ours.
 *
 * @param args the parent's process id, and how many descriptors are held
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
  // The parent may have ended before.
  if (process.ppid !== parent) process.exit(1);
  for (let index = 0; index < (count ?? 0); index++) fcntl(FIRST + index, F_SETFD, 0);
  fcntl(1, F_SETFD, FD_CLOEXEC);
  const words = ["sleep", FOR_EVER].map((word) => Buffer.from(`${word}\0`));
  const pointers = new BigUint64Array([...words.map((word) => BigInt(ptr(word))), 0n]);
  // The runtime's own execve would close the descriptors.
  execv(Buffer.from("/bin/sleep\0"), pointers);
  process.exit(1);
}
