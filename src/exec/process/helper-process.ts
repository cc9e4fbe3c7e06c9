import { constants } from "node:os";
import { openLibc } from "../../system/libc.ts";
import { ownProgram } from "../../system/own-program.ts";

/** prctl(2): the signal to get when the parent process ends. */
const PR_SET_PDEATHSIG = 1;

/** A process of ours that has become, or is to become, a small program of the system. */
export interface Helper {
  readonly pid: number;
  /** Settles when it has become that, or has failed: only a shell that waits says which ({@link waitForEndOf}). */
  readonly ready: Promise<boolean>;
}

/**
 * Starts this program as a helper process.
 *
 * @param words the word that main.ts knows it by, and its arguments
 * @param descriptors what it gets from descriptor 3 on
 * @throws Error when the process cannot be started
 */
export function startHelper(words: readonly string[], descriptors: readonly number[] = []): Helper {
  const helper = Bun.spawn([...ownProgram(), ...words], {
    stdio: ["ignore", "pipe", "ignore", ...descriptors],
    env: {},
    // In a session of its own, so that Ctrl-C does not end it before the program.
    detached: true,
  });
  helper.unref();
  // The helper closes the pipe when it is ready.
  return { pid: helper.pid, ready: new Response(helper.stdout).bytes().then(({ length }) => length > 0) };
}

/**
 * In a helper: has the kernel end it with the process that started it, or with the program that replaced that process by
 * execve(2), however that ends.
 */
export function endWith(parent: number): void {
  signalAtEndOfParent("SIGKILL");
  if (process.ppid !== parent) process.exit(1);
}

/** The signal comes when the parent ends after this call. */
function signalAtEndOfParent(signal: "SIGKILL" | "SIGURG"): void {
  const { prctl } = openLibc({ prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" } });
  prctl(PR_SET_PDEATHSIG, constants.signals[signal], 0, 0, 0);
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

/**
 * In a helper: becomes a shell, which is small, that runs a command when the process that started it ends; at once if it
 * has ended already.
 *
 * @param command for the shell, without single quotes
 * @param args its `$1` and so on
 * @param meanwhile a command that runs until then; what it waits for, it starts with `&`
 */
export function waitForEndOf(
  parent: number,
  command: string,
  args: readonly string[],
  meanwhile = ":",
): never {
  // By default SIGURG does nothing: when it comes before the shell has a trap for it, the shell finds another parent instead.
  signalAtEndOfParent("SIGURG");
  // SIGKILL: a new child has the shell's trap for SIGURG until it becomes sleep, and would lose the signal.
  const script = `
trap 'kill -KILL $!; ${command}; exit' URG
trap '' PIPE
if read -r pid name state parent others </proc/$$/stat && [ "$parent" != ${parent} ]; then
  ${command}
  exit
fi
echo ready
exec >&-
${meanwhile}
while :; do sleep 2147483647 & wait; done`;
  return become("/bin/sh", ["sh", "-c", script, "sh", ...args]);
}

/** Ends a helper that became such a shell, and what it started. */
export function stopHelper(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
