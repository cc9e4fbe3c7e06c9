import { readFileSync } from "node:fs";

/** A process that cannot be taken for a later one with the same number. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own form; see {@link startOf}. */
  readonly started: string;
}

/** Where `starttime` is among the fields of proc_pid_stat(5) that come after the name. */
const STARTTIME = 22 - 3;

/**
 * When a process started: on Linux the id of this boot and the clock ticks since it, elsewhere what ps(1) prints.
 * Two processes that have the same number one after the other differ in it.
 *
 * @returns `undefined` when there is no such process
 */
export function startOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
  return process.platform === "linux" ? startOnLinux(pid) : startByPs(pid);
}

function startOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The name, in parentheses, may have spaces and parentheses in it.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has ended, and is there only until its parent asks.
    if (fields[0] === "Z" || fields[0] === "X") return undefined;
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    return `${boot}:${fields[STARTTIME]}`;
  } catch {
    return undefined;
  }
}

/** @internal Exported for the test, which compares it on Linux too. */
export function startByPs(pid: number): string | undefined {
  try {
    const ps = Bun.spawnSync(["/bin/ps", "-o", "lstart=", "-p", String(pid)], {
      env: { LC_ALL: "C", TZ: "UTC" },
    });
    return ps.stdout.toString("latin1").trim() || undefined;
  } catch {
    return undefined;
  }
}

/** @returns `undefined` when there is no such process */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const started = startOf(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether the process, and not another with its number, is still there. */
export function isRunning({ pid, started }: ProcessIdentity): boolean {
  return startOf(pid) === started;
}

/** The name of a process's program, for people; it chooses the name itself. */
export function programNameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, "utf8").trimEnd();
  } catch {
    return undefined;
  }
}
