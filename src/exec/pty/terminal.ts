import { closeSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { openLibc } from "../../system/libc.ts";
import { closeOnExec } from "../process/native.ts";

/** Bytes for a `struct termios`; it has 60 on Linux. */
const TERMIOS_SIZE = 128;
/** Offsets in it, and flags: `c_oflag`, `c_lflag`, `c_cc[VSUSP]` (Linux, asm-generic/termbits.h). */
const OUTPUT_FLAGS = 4;
const LOCAL_FLAGS = 12;
const SUSPEND_KEY = 17 + 10;
const OPOST = 1;
const ISIG = 1;
const ECHO = 8;

const TCSADRAIN = 1;
const TIOCGWINSZ = 0x5413;
const TIOCSWINSZ = 0x5414;

/** The modes of a terminal. */
export type Modes = Uint8Array;

/** Functions for pseudo-terminals and terminal modes. The constants above are those of Linux. */
const libc = lazy(() =>
  openLibc({
    openpty: { args: ["ptr", "ptr", "ptr", "ptr", "ptr"], returns: "int" },
    tcgetattr: { args: ["int", "ptr"], returns: "int" },
    tcsetattr: { args: ["int", "int", "ptr"], returns: "int" },
    cfmakeraw: { args: ["ptr"], returns: "void" },
    tcgetpgrp: { args: ["int"], returns: "int" },
    getpgrp: { args: [], returns: "int" },
    ioctl: { args: ["int", "u64", "ptr"], returns: "int" },
    pipe: { args: ["ptr"], returns: "int" },
  }),
);

/** Whether {@link openPseudoTerminal} works on this system. */
export const hasPseudoTerminals = process.platform === "linux";

/** Whether a descriptor is our controlling terminal and we are in its foreground, so that its keys are meant for us. */
export function isForeground(descriptor: number): boolean {
  return libc().tcgetpgrp(descriptor) === libc().getpgrp();
}

/** The current modes of a terminal. */
export function modesOf(descriptor: number): Modes {
  const modes = new Uint8Array(TERMIOS_SIZE);
  libc().tcgetattr(descriptor, modes);
  return modes;
}

/** Sets the modes of a terminal, after its pending output. */
export function setModes(descriptor: number, modes: Modes): void {
  libc().tcsetattr(descriptor, TCSADRAIN, modes);
}

/** Raw modes: every key and byte passes through unchanged. */
export function rawModes(modes: Modes): Modes {
  const raw = modes.slice();
  libc().cfmakeraw(raw);
  return raw;
}

/** The modes without echo and output processing, which the terminal behind this one already does. */
export function plainOutputModes(modes: Modes): Modes {
  const plain = modes.slice();
  plain[OUTPUT_FLAGS] = (plain[OUTPUT_FLAGS] as number) & ~OPOST;
  plain[LOCAL_FLAGS] = (plain[LOCAL_FLAGS] as number) & ~ECHO;
  return plain;
}

/** The suspend key (usually Ctrl-Z), if there is one. */
export function suspendKey(modes: Modes): number | undefined {
  return ((modes[LOCAL_FLAGS] as number) & ISIG) === 0 ? undefined : modes[SUSPEND_KEY] || undefined;
}

/** The foreground process group of a terminal. */
export function foregroundOf(descriptor: number): number {
  return libc().tcgetpgrp(descriptor);
}

/** Copies the size of a terminal to another; its foreground programs get SIGWINCH. */
export function copySize(from: number, to: number): void {
  const size = new Uint8Array(8);
  if (libc().ioctl(from, TIOCGWINSZ, size) === 0) libc().ioctl(to, TIOCSWINSZ, size);
}

/** A new pseudo-terminal. */
export interface PseudoTerminal {
  /** Our end. */
  readonly master: number;
  /** The child's end; close it here once the child has it. */
  readonly slave: number;
  /** The path of the child's end. */
  readonly path: string;
}

/**
 * Opens a pseudo-terminal with the size of another terminal.
 * @throws PprotectError `environment` when the system has none left
 */
export function openPseudoTerminal(like: number, modes: Modes): PseudoTerminal {
  const descriptors = new Int32Array(2);
  const path = new Uint8Array(128);
  if (libc().openpty(descriptors, descriptors.subarray(1), path, modes, null) !== 0) {
    throw new PprotectError("environment", "cannot open a pseudo-terminal", "redirect the output to a pipe");
  }
  const [master = 0, slave = 0] = descriptors;
  keepFromPrograms(descriptors);
  copySize(like, master);
  return { master, slave, path: Buffer.from(path.subarray(0, path.indexOf(0))).toString() };
}

/** Opens a pipe. @returns the descriptor to read from and the one to write to */
export function openPipe(): [input: number, output: number] {
  const descriptors = new Int32Array(2);
  if (libc().pipe(descriptors) !== 0) throw new PprotectError("environment", "cannot open a pipe");
  const [input = 0, output = 0] = descriptors;
  keepFromPrograms(descriptors);
  return [input, output];
}

/** The runtime does so itself where it starts the program. */
function keepFromPrograms(descriptors: Int32Array): void {
  if (process.platform === "linux") descriptors.forEach(closeOnExec);
}

/** Closes descriptors, ignoring those that are closed already. */
export function closeAll(descriptors: Iterable<number>): void {
  for (const descriptor of new Set(descriptors)) {
    try {
      closeSync(descriptor);
    } catch {
      // Closed already.
    }
  }
}
