import { reportFallback } from "../../common/fallback.ts";
import { identityOf } from "../../system/process-identity.ts";
import { endProcesses, treeOf } from "../../system/process-tree.ts";
import { startHelper, waitForEndOf } from "../process/helper-process.ts";
import { ENDER_WORD, WATCHER_WORD } from "../process/helper-words.ts";

/**
 * Starts a process that ends a program, and what is below it then, if we are killed and cannot do so ourselves.
 *
 * @param grace from SIGTERM to SIGKILL, in ms
 * @returns its process id, or `undefined` where it cannot be started: then the program is left if we are killed
 */
export function startWatcher(program: number, grace: number): number | undefined {
  const identity = identityOf(program);
  if (!identity) return undefined;
  try {
    const parent = String(process.pid);
    return startHelper([WATCHER_WORD, parent, String(program), identity.started, String(grace)]).pid;
  } catch {
    reportFallback("the program would go on if pprotect were killed (no process to watch for that)");
    return undefined;
  }
}

/**
 * Runs in the watching process. If our program is no longer there in the end, the shell kills the program itself.
 * @param args the parent's process id, and the arguments of {@link endOrphan}
 */
export function watchParent([parent = "", ...orphan]: readonly string[]): never {
  const ours = Bun.main.startsWith("/$bunfs/") ? [process.execPath] : [process.execPath, Bun.main];
  const command = 'program=$1; shift; "$@" || kill -KILL "$program"';
  return waitForEndOf(Number(parent), command, [orphan[0] ?? "", ...ours, ENDER_WORD, ...orphan]);
}

/**
 * Ends a program whose supervisor was killed, with all that is below it.
 * @param args its process id and its start (process-identity.ts), and the grace in ms
 */
export async function endOrphan([pid = "", started = "", grace = ""]: readonly string[]): Promise<void> {
  await endProcesses(treeOf({ pid: Number(pid), started }), Number(grace));
}
