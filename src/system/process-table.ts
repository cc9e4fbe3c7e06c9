import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
}

export interface TreeOptions {
  /** Processes that are left out with all that is below them. */
  readonly except?: ReadonlySet<number>;
  /** Whether the process group that the root leads belongs to it, such as orphans that stayed in it. */
  readonly withGroup?: boolean;
}

/** The processes below one; itself is not among them. */
export function processesBelow(
  root: number,
  { except = new Set(), withGroup = false }: TreeOptions = {},
): readonly number[] {
  const entries = processTable();
  const below = new Set<number>();
  const visit = (pid: number): void => {
    for (const entry of entries) {
      const belongs = entry.parent === pid || (withGroup && pid === root && entry.group === root);
      if (!belongs || entry.pid === root || except.has(entry.pid) || below.has(entry.pid)) continue;
      below.add(entry.pid);
      visit(entry.pid);
    }
  };
  visit(root);
  return [...below];
}

/** Every process that the user may see; zombies, which have ended, left out. */
function processTable(): readonly ProcessEntry[] {
  return process.platform === "linux" ? tableOfProc() : tableOfPs();
}

function tableOfProc(): readonly ProcessEntry[] {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "latin1");
      const [state, parent, group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (state === "Z" || state === "X") return [];
      return [{ pid: Number(name), parent: Number(parent), group: Number(group) }];
    } catch {
      // It has ended.
      return [];
    }
  });
}

/** @internal Exported for the test, which compares it on Linux too. */
export function tableOfPs(): readonly ProcessEntry[] {
  const ps = spawnSync("/bin/ps", ["-A", "-o", "pid=,ppid=,pgid=,stat="], { env: { LC_ALL: "C" } });
  return (ps.stdout ?? Buffer.alloc(0))
    .toString("latin1")
    .split("\n")
    .flatMap((line) => {
      const [pid, parent, group, state = "Z"] = line.trim().split(/\s+/);
      if (state.startsWith("Z")) return [];
      return [{ pid: Number(pid), parent: Number(parent), group: Number(group) }];
    });
}

/**
 * Kills a child of ours, and what it started, as far as its parents are still there.
 * @param leadsGroup whether the child leads a process group of its own: all of that is killed
 */
export function killWithDescendants(pid: number, leadsGroup: boolean): void {
  for (const each of [pid, ...processesBelow(pid, { withGroup: leadsGroup })]) {
    try {
      process.kill(each, "SIGKILL");
    } catch {
      // It has ended, or may not be killed.
    }
  }
}
