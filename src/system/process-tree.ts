import { openLibc } from "./libc.ts";
import { openProcess } from "./pidfd.ts";
import { identityOf, isRunning, type ProcessIdentity } from "./process-identity.ts";
import { processesBelow } from "./process-table.ts";

/** prctl(2). */
const PR_SET_CHILD_SUBREAPER = 36;

/**
 * Makes every process that loses its parent below us our child, so that {@link processesBelow} finds those too that
 * put themselves into the background. For the rest of this process; the programs that it starts are not changed.
 *
 * @throws Error where the system has no such thing (elsewhere than on Linux)
 */
export function adoptOrphans(): void {
  if (process.platform !== "linux") throw new Error("this system does not give orphans to another process");
  const { prctl } = openLibc({ prctl: { args: ["int", "u64", "u64", "u64", "u64"], returns: "int" } });
  if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) !== 0) throw new Error("prctl failed");
}

/** What became of processes that were to end. */
export interface ProcessesEnded {
  /** Whether none is left. */
  readonly all: boolean;
  /** Whether some had to be killed. */
  readonly killed: boolean;
}

const POLL_MS = 20;
/** How long killed processes may take to go, in ms. */
const KILLED_MS = 3_000;

/**
 * Ends processes: SIGTERM to each of them once, and SIGKILL after the grace, again to those that come meanwhile. One that is
 * stopped is continued: it can only then do what it does at SIGTERM.
 *
 * @param find the processes that are there now
 * @param graceMs from SIGTERM to SIGKILL
 */
export async function endProcesses(
  find: () => readonly ProcessIdentity[],
  graceMs: number,
): Promise<ProcessesEnded> {
  const asked = new Set<string>();
  const look = twice(find);
  const until = performance.now() + graceMs;
  for (let left = look(); left.length > 0; left = look()) {
    if (performance.now() >= until) return { all: await killAll(look), killed: true };
    for (const each of left) {
      const key = `${each.pid} ${each.started}`;
      if (!asked.has(key)) for (const signal of ["SIGTERM", "SIGCONT"] as const) send(each, signal);
      asked.add(key);
    }
    await Bun.sleep(POLL_MS);
  }
  return { all: true, killed: false };
}

/**
 * Looks again where nothing is found: a process that starts another and ends while the table is read is gone when its
 * line is looked at, and the other was not yet there when the lines were listed.
 */
export function twice<Process>(find: () => readonly Process[]): () => readonly Process[] {
  return () => {
    const found = find();
    return found.length > 0 ? found : find();
  };
}

async function killAll(find: () => readonly ProcessIdentity[]): Promise<boolean> {
  const until = performance.now() + KILLED_MS;
  for (let left = find(); left.length > 0; left = find()) {
    for (const each of left) send(each, "SIGKILL");
    if (performance.now() >= until) return false;
    await Bun.sleep(POLL_MS);
  }
  return true;
}

/** Signals the process of this identity, and never another that has its number by now. */
function send(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  const handle = openProcess(identity);
  try {
    handle?.signal(signal);
  } catch {
    // Not permitted: it is still there when it is looked for again, and is reported.
  } finally {
    handle?.close();
  }
}

/**
 * A process that may not be our child, and all below it: those too that lose their parent while they are ended, since they
 * were seen before.
 *
 * @returns what is there now, each time it is called
 */
export function treeOf(root: ProcessIdentity): () => readonly ProcessIdentity[] {
  const seen = new Map([[root.pid, root]]);
  const running = (): ProcessIdentity[] => [...seen.values()].filter(isRunning);
  return () => {
    for (const { pid } of running())
      for (const each of identitiesOf(processesBelow(pid))) seen.set(each.pid, each);
    return running();
  };
}

/** The identities of processes, those left out that have ended. */
export const identitiesOf = (pids: readonly number[]): readonly ProcessIdentity[] =>
  pids.flatMap((pid) => identityOf(pid) ?? []);
