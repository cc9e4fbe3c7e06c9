import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { constants } from "node:os";
import { basename } from "node:path";
import { encodeUtf8 } from "../../common/utf8.ts";
import { canCallLibc } from "../../system/libc.ts";
import { zeroTerminated } from "../../system/path-text.ts";
import { ignoredAtStart, ignoredBy } from "../../system/start-signals.ts";

/** What this process was started with, as the program of `exec` should get it. */
export interface StartState {
  /** The variables, each `NAME=value`, in any encoding. */
  readonly variables: readonly Uint8Array[];
  /** The descriptors from 3 on that we were given: process substitutions, locks, sockets, a jobserver. */
  readonly descriptors: readonly number[];
  /** The numbers of the signals that we were started to ignore, as by nohup(1). */
  readonly ignoredSignals: ReadonlySet<number>;
  /** The limits of open files, soft and hard, if the runtime raised the soft one. */
  readonly openFiles: BigUint64Array | undefined;
}

/** The runtime ignores these two, and execve(2) keeps ignored signals ignored: `yes | head` would never end. */
export const IGNORED_BY_RUNTIME: readonly number[] = [constants.signals.SIGPIPE, constants.signals.SIGXFSZ];

/**
 * Reads what this process was started with. Call it first: what is opened later would count as inherited, and a hardened
 * process may no longer read its own environment.
 */
export function readStartState(): StartState {
  // Finds the C library while its path can be read.
  canCallLibc();
  return {
    variables: ownVariables() ?? Object.entries(process.env).map(asVariable),
    descriptors: inheritedDescriptors(),
    ignoredSignals: ignoredSignals(),
    openFiles: originalOpenFiles(),
  };
}

function asVariable([name, value = ""]: [string, string | undefined]): Uint8Array {
  return encodeUtf8(`${name}=${value}`);
}

/** The variables as the kernel has them. */
function ownVariables(): readonly Uint8Array[] | undefined {
  return process.platform === "linux" ? orUndefined(() => zeroTerminated("/proc/self/environ")) : undefined;
}

/**
 * The runtime sets close-on-exec on every descriptor when it starts, so the flag does not show which ones are ours. They
 * are its event loop, an epoll(7), and what that waits for.
 */
function inheritedDescriptors(): number[] {
  const open = orUndefined(() => readdirSync("/proc/self/fd")) ?? [];
  const kinds = new Map<number, string>();
  for (const name of open) {
    // The descriptor that listed the directory is closed by now.
    const kind = orUndefined(() => readlinkSync(`/proc/self/fd/${name}`));
    if (kind !== undefined && Number(name) > 2) kinds.set(Number(name), kind);
  }
  const loops = [...kinds].filter(([, kind]) => kind === "anon_inode:[eventpoll]").map(([number]) => number);
  const ours = new Set([...loops, ...loops.flatMap(watched)]);
  return [...kinds.keys()].filter((number) => !ours.has(number));
}

/** The descriptors that an epoll(7) waits for (proc_pid_fdinfo(5)). */
function watched(epoll: number): number[] {
  const info = orUndefined(() => readFileSync(`/proc/self/fdinfo/${epoll}`, "latin1")) ?? "";
  return [...info.matchAll(/^tfd:\s*(\d+)/gm)].map(([, number]) => Number(number));
}

/**
 * SIGPIPE and SIGXFSZ, which the runtime ignores when it starts: what they were before is lost, but for what the parent
 * does with them.
 */
function ignoredSignals(): Set<number> {
  const ignored = new Set(ignoredAtStart());
  const inherited = passesIgnoredSignalsOn(process.ppid) ? ignoredBy(process.ppid) : new Set<number>();
  for (const signal of IGNORED_BY_RUNTIME) if (!inherited.has(signal)) ignored.delete(signal);
  return ignored;
}

/** Shells start programs with the signals that they ignore themselves (POSIX, trap), and so does systemd (`IgnoreSIGPIPE`). */
const PASSING_ON = /^(?:(?:ba|da|a|z|pdk|lk|mk)?sh|ksh(?:93)?|busybox|systemd)$/;

/**
 * Whether the programs that a process starts ignore what it ignores. Others, such as node and Python, ignore SIGPIPE
 * themselves and start programs without that. Our own program shows what it was started with (native.ts).
 */
function passesIgnoredSignalsOn(parent: number): boolean {
  const program = orUndefined(() => readlinkSync(`/proc/${parent}/exe`));
  if (program !== undefined && program === orUndefined(() => readlinkSync("/proc/self/exe"))) return true;
  // Another user's program has no link that we may read, but a name.
  const name = program ?? orUndefined(() => readFileSync(`/proc/${parent}/comm`, "utf8")) ?? "";
  return PASSING_ON.test(basename(name.replace(/ \(deleted\)$/, "").trim()));
}

/** The highest soft limit that the runtime sets. */
const HIGHEST = 1n << 20n;

/**
 * The runtime raises the soft limit of open files when it starts, and the kernel does not keep the old one. A process
 * has its parent's limits unless someone changed them between: so if the hard limits are the same, and the parent's soft
 * limit is lower, that was ours.
 */
function originalOpenFiles(): BigUint64Array | undefined {
  const [own, parent] = ["self", process.ppid].map(openFilesOf);
  if (!own || !parent) return undefined;
  const raised = own.soft === own.hard || own.soft === HIGHEST;
  if (!raised || parent.hard !== own.hard || parent.soft >= own.soft) return undefined;
  return new BigUint64Array([parent.soft, own.hard]);
}

const UNLIMITED = (1n << 64n) - 1n;

function openFilesOf(process: string | number): { soft: bigint; hard: bigint } | undefined {
  const limits = orUndefined(() => readFileSync(`/proc/${process}/limits`, "latin1")) ?? "";
  const [, soft, hard] = /^Max open files +(\d+|unlimited) +(\d+|unlimited)/m.exec(limits) ?? [];
  if (soft === undefined || hard === undefined) return undefined;
  const number = (text: string): bigint => (text === "unlimited" ? UNLIMITED : BigInt(text));
  return { soft: number(soft), hard: number(hard) };
}

function orUndefined<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
