import { lazy } from "../common/lazy.ts";

/** Loaded on demand: it loads the runtime's sockets and streams too. */
const tty = lazy(() => require("node:tty") as typeof import("node:tty"));

/** Whether a file descriptor is a terminal. Unlike `process.stdout.isTTY`, it does not initialise the stream. */
export function isTerminal(descriptor: number): boolean {
  return tty().isatty(descriptor);
}
