import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { lazy } from "../common/lazy.ts";
import { isRunning, type ProcessIdentity, startOf } from "./process-identity.ts";

/** A process as its own PID namespace numbers it (pid_namespaces(7)): in another one it has another number, or none. */
export interface NumberedProcess extends ProcessIdentity {
  /** As {@link ownPidNamespace} gives it; left out where the system has no such namespaces. */
  readonly namespace?: string | undefined;
}

/** What a process is here; `unknown` where it is not found, but this namespace does not show all others. */
export type FoundProcess = ProcessIdentity | "ended" | "unknown";

/** The first one of a system, which shows the processes of all others (`PROC_PID_INIT_INO` of linux/proc_ns.h). */
const INITIAL = "pid:[4026531836]";

/** The PID namespace of this process. @returns `undefined` where there are none, or that cannot be known */
export function ownPidNamespace(): string | undefined {
  return namespaceOf("self");
}

function namespaceOf(process: number | "self"): string | undefined {
  try {
    return readlinkSync(`/proc/${process}/ns/pid`);
  } catch {
    return undefined;
  }
}

/**
 * Finds processes of any PID namespace, in containers for example. The system's list of processes is read once, and only for a
 * process of another namespace.
 *
 * @param own the namespace from which they are looked for
 */
export function processFinder(own = ownPidNamespace()): (wanted: NumberedProcess) => FoundProcess {
  const byNumber = lazy(() => Map.groupBy(processNumbers(), innermostNumber));
  return ({ pid, started, namespace }) => {
    if (namespace === undefined || own === undefined || namespace === own)
      return isRunning({ pid, started }) ? { pid, started } : "ended";
    const found = byNumber()
      .get(pid)
      // Of a process that is not the user's, the namespace cannot be read.
      ?.find((each) => startOf(each) === started && (namespaceOf(each) ?? namespace) === namespace);
    if (found !== undefined) return { pid: found, started };
    return own === INITIAL || !isOfThisBoot(started) ? "ended" : "unknown";
  };
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
