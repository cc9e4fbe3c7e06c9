import { lazy } from "../common/lazy.ts";

/** Loaded only when asked for: with it come the runtime's sockets and streams. */
const tty = lazy(() => require("node:tty") as typeof import("node:tty"));

/** Whether a file descriptor is a terminal. Leaves the stream behind it alone, unlike `process.stdout.isTTY`. */
export function isTerminal(descriptor: number): boolean {
  return tty().isatty(descriptor);
}
