import { constants } from "node:os";
import { openLibc } from "../../system/libc.ts";
import { ownProgram } from "../../system/own-program.ts";

/** prctl(2): the signal to get when the parent process ends. */
const PR_SET_PDEATHSIG = 1;

/**
 * Starts this program as a helper process, which is to become a small program of the system. Waits until it has done so.
 *
 * @param words the word that main.ts knows it by, and its arguments
 * @param descriptors what it gets from descriptor 3 on
 * @returns its process id
 * @throws Error when the process cannot be started
 */
export async function startHelper(
  words: readonly string[],
  descriptors: readonly number[] = [],
): Promise<number> {
  const helper = Bun.spawn([...ownProgram(), ...words], {
    stdio: ["ignore", "pipe", "ignore", ...descriptors],
    env: {},
    // In a session of its own, so that Ctrl-C does not end it before the program.
    detached: true,
  });
  // The helper closes the pipe when it is ready.
  await new Response(helper.stdout).bytes();
  helper.unref();
  return helper.pid;
}

/**
 * In a helper: asks the kernel for a signal when the process that started it ends, or the program that replaced that
 * process by execve(2), however it ends. Ends the helper if that has happened already.
 */
export function signalAtEndOf(parent: number, signal: "SIGKILL" | "SIGTERM"): void {
  const { prctl } = openLibc({ prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" } });
  prctl(PR_SET_PDEATHSIG, constants.signals[signal], 0, 0, 0);
  if (process.ppid !== parent) process.exit(1);
}

/** In a helper: becomes a program, with the descriptors that are not close-on-exec. */
export function become(path: string, words: readonly string[]): never {
  const { execv } = openLibc({ execv: { args: ["ptr", "ptr"], returns: "int" } });
  const { ptr } = require("bun:ffi") as typeof import("bun:ffi");
  const strings = words.map((word) => Buffer.from(`${word}\0`));
  // Not process.execve: it closes the descriptors.
  execv(Buffer.from(`${path}\0`), new BigUint64Array([...strings.map((each) => BigInt(ptr(each))), 0n]));
  process.exit(1);
}
