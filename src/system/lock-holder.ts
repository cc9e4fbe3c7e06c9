import { fstatSync, readFileSync, statSync } from "node:fs";
import { escapeUnprintable } from "../common/terminal-safe.ts";

/** A process that holds a lock. */
export interface LockHolder {
  /** For messages: its id, and its program's name. */
  readonly description: string;
  /** The user that it runs as. */
  readonly user: number;
}

/**
 * Finds the process that holds flock(2) on an open file (proc_locks(5), Linux only).
 * @returns `undefined` where the system does not show it, as for a process of another container
 */
export function holderOf(descriptor: number): LockHolder | undefined {
  try {
    const { dev, ino } = fstatSync(descriptor, { bigint: true });
    const [major, minor] = [(dev >> 8n) & 0xfffn, (dev & 0xffn) | ((dev >> 12n) & 0xfff00n)];
    const place = [major, minor].map((number) => number.toString(16).padStart(2, "0")).join(":");
    const held = new RegExp(`^\\d+: FLOCK +\\w+ +\\w+ +(\\d+) ${place}:${ino} `, "m");
    const [, process] = held.exec(readFileSync("/proc/locks", "latin1")) ?? [];
    if (process === undefined) return undefined;
    const program = readFileSync(`/proc/${process}/comm`, "utf8").trim();
    return {
      description: `process ${process} (${escapeUnprintable(program)})`,
      user: statSync(`/proc/${process}`).uid,
    };
  } catch {
    return undefined;
  }
}

/** Write permission for the group and for others. */
const WRITE_BY_OTHERS = 0o022;

/**
 * Whether a holder cannot be a writer of the directory that it locked: anyone who may read a directory may lock it, and
 * keep others from writing for as long as they like.
 */
export function cannotWrite({ user }: LockHolder, directory: number): boolean {
  const { uid, mode } = fstatSync(directory);
  return user !== 0 && user !== uid && user !== process.getuid?.() && (mode & WRITE_BY_OTHERS) === 0;
}
