import { fstatSync } from "node:fs";
import { lazy } from "../common/lazy.ts";
import { openLibc } from "./libc.ts";
import { isTerminalByBinding } from "./terminal-binding.ts";

/** Loaded on demand: it loads the runtime's sockets and streams too. */
const tty = lazy(() => require("node:tty") as typeof import("node:tty"));

/**
 * Whether a file descriptor is a terminal. Unlike `process.stdout.isTTY`, it does not initialise the stream.
 */
export function isTerminal(descriptor: number): boolean {
  const known = isTerminalByBinding(descriptor);
  if (known !== undefined) return known;
  return (process.platform === "win32" || isCharacterDevice(descriptor)) && tty().isatty(descriptor);
}

/** `false` for a descriptor that is not open, too. */
function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false;
  }
}

/** TIOCGWINSZ (Linux, asm-generic/ioctls.h). */
const TIOCGWINSZ = 0x5413;

/**
 * How many columns the terminal behind a file descriptor has. `process.stdout.columns` would say so too, but looking at
 * that stream makes its pipe non-blocking for every process that holds it.
 *
 * @returns nothing when it is not a terminal, when it does not say, and on other systems than Linux, where a variadic
 *   function such as ioctl(2) may take its arguments in another way
 */
export function terminalColumns(descriptor: number): number | undefined {
  if (process.platform !== "linux" || !fstatSync(descriptor).isCharacterDevice()) return undefined;
  try {
    const { ioctl } = openLibc({ ioctl: { args: ["int", "u64", "ptr"], returns: "int" } });
    // A `struct winsize`: rows, columns and two sizes in pixels.
    const size = new Uint16Array(4);
    if (ioctl(descriptor, TIOCGWINSZ, size) !== 0) return undefined;
    return size[1] || undefined;
  } catch {
    // Without a foreign function interface the width is not known.
    return undefined;
  }
}
