import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { isRunning, type ProcessIdentity, startOf } from "./process-identity.ts";

/** A process as its own PID namespace numbers it (pid_namespaces(7)): in another one it has another number, or none. */
export interface NumberedProcess extends ProcessIdentity {
  /** As {@link ownPidNamespace} gives it; left out where the system has no such namespaces. */
  readonly namespace?: string | undefined;
}

/** The first one of a system, which shows the processes of all others (`PROC_PID_INIT_INO` of linux/proc_ns.h). */
const INITIAL = "pid:[4026531836]";

/** The PID namespace of this process. @returns `undefined` where there are none, or that cannot be known */
export function ownPidNamespace(): string | undefined {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return undefined;
  }
}

/**
 * Finds a process of any PID namespace, in a container for example.
 *
 * @param own the namespace from which it is looked for
 * @returns what it is here; `unknown` where it is not found, but this namespace does not show all others
 */
export function findProcess(
  { pid, started, namespace }: NumberedProcess,
  own = ownPidNamespace(),
): ProcessIdentity | "ended" | "unknown" {
  if (namespace === undefined || own === undefined || namespace === own)
    return isRunning({ pid, started }) ? { pid, started } : "ended";
  const found = processNumbers().find((each) => innermostNumber(each) === pid && startOf(each) === started);
  if (found !== undefined) return { pid: found, started };
  return own === INITIAL || !isOfThisBoot(started) ? "ended" : "unknown";
}

function processNumbers(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The number that a process has in its own namespace (`NSpid` of proc_pid_status(5)). */
function innermostNumber(pid: number): number | undefined {
  try {
    const [, numbers = ""] = /^NSpid:\t(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
    return Number(numbers.split("\t").at(-1));
  } catch {
    return undefined;
  }
}

/** A process that started before the system did has ended. */
function isOfThisBoot(started: string): boolean {
  const [boot] = started.split(":");
  return startOf(process.pid)?.split(":")[0] === boot;
}
