import { openLibc } from "../../system/libc.ts";
import { become, endWith, startHelper, stopHelper } from "../process/helper-process.ts";
import { HOLDER_WORD } from "../process/helper-words.ts";
import type { HeldFiles } from "./secret-files.ts";

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
 * @returns a path for each descriptor, and what ends the holder before that
 * @throws Error when the process cannot be started
 */
export async function holdOpen(descriptors: readonly number[]): Promise<HeldFiles> {
  const { pid, ready } = startHelper(
    [HOLDER_WORD, String(process.pid), String(descriptors.length)],
    descriptors,
  );
  await ready;
  const paths = descriptors.map((_, index) => `/proc/${pid}/fd/${FIRST + index}`);
  return { paths, release: () => stopHelper(pid) };
}

/**
 * Runs in the holder process: replaces it by `sleep`, which is small, and whose /proc/PID/fd other processes of the user
 * may read (ours is closed to them).
 *
 * @param args the parent's process id, and the number of descriptors
 */
export function holdFiles(args: readonly string[]): never {
  const [parent = 0, count = 0] = args.map(Number);
  const { fcntl } = openLibc({ fcntl: { args: ["int", "int", "int"], returns: "int" } });
  endWith(parent);
  for (let index = 0; index < count; index++) fcntl(FIRST + index, F_SETFD, 0);
  fcntl(1, F_SETFD, FD_CLOEXEC);
  return become("/bin/sleep", ["sleep", FOR_EVER]);
}
