import { reportFallback } from "../../common/fallback.ts";
import { identityOf } from "../../system/process-identity.ts";
import { endProcesses, treeOf } from "../../system/process-tree.ts";
import { startHelper, waitForEndOf } from "../process/helper-process.ts";
import { ENDER_WORD, WATCHER_WORD } from "../process/helper-words.ts";

/** How long the program may run. */
export interface TimeLimit {
  /** In ms. */
  readonly ttl: number;
  /** The end of a pipe that is closed when the program starts (await-start.ts). */
  readonly notice: number;
}

/**
 * Starts a process that ends a program, and what is below it then, if we are killed and cannot do so ourselves. When the
 * program's time is over it continues us: we may be stopped, as by Ctrl-Z, and the program is then not ended.
 *
 * @param grace from SIGTERM to SIGKILL, in ms
 * @returns its process id, or `undefined` where it cannot be started: then the program is left if we are killed
 */
export function startWatcher(program: number, grace: number, limit?: TimeLimit): number | undefined {
  const identity = identityOf(program);
  if (!identity) return undefined;
  try {
    const parent = String(process.pid);
    const words = [WATCHER_WORD, parent, String(program), identity.started, String(grace)];
    if (!limit) return startHelper(words).pid;
    return startHelper([...words, String(Math.ceil(limit.ttl / 1000))], [limit.notice]).pid;
  } catch {
    reportFallback(
      "the program would go on if pprotect were killed or stopped (no process to watch for that)",
    );
    return undefined;
  }
}

/**
 * Runs in the watching process. If our program is no longer there in the end, the shell kills the program itself.
 * @param args the parent's process id, the arguments of {@link endOrphan}, and the time limit in seconds, if there is one
 */
export function watchParent([parent = "", ...rest]: readonly string[]): never {
  const [orphan, seconds] = [rest.slice(0, 3), rest[3]];
  const ours = Bun.main.startsWith("/$bunfs/") ? [process.execPath] : [process.execPath, Bun.main];
  const command = 'program=$1; shift; "$@" || kill -KILL "$program"';
  const args = [orphan[0] ?? "", ...ours, ENDER_WORD, ...orphan];
  return waitForEndOf(
    Number(parent),
    command,
    args,
    seconds === undefined ? undefined : continueLater(parent, Number(seconds)),
  );
}

/**
 * For the shell: from the program's start on, waits for its time and then continues our program until that has ended it.
 * A time in sleep(1) does not go on while the machine is suspended; that of /proc/uptime does.
 */
function continueLater(parent: string, seconds: number): string {
  return `cat <&3 >/dev/null & wait
exec 3<&-
read -r now rest </proc/uptime
end=$((\${now%.*} + ${seconds} + 1))
while read -r now rest </proc/uptime && left=$((end - \${now%.*})) && [ $left -gt 0 ]; do
  [ $left -lt 60 ] || left=60
  sleep $left & wait
done
while kill -CONT ${Number(parent)}; do sleep 1 & wait; done`;
}

/**
 * Ends a program whose supervisor was killed, with all that is below it.
 * @param args its process id and its start (process-identity.ts), and the grace in ms
 */
export async function endOrphan([pid = "", started = "", grace = ""]: readonly string[]): Promise<void> {
  await endProcesses(treeOf({ pid: Number(pid), started }), Number(grace));
}
