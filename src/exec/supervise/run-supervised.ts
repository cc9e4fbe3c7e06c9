import { PprotectError } from "../../common/errors.ts";
import { pause } from "../../common/pause.ts";
import { msSinceBoot } from "../../system/boot-clock.ts";
import { canCallLibc, NO_LIBC } from "../../system/libc.ts";
import { processesBelow } from "../../system/process-table.ts";
import { adoptOrphans, endProcesses, identitiesOf, twice } from "../../system/process-tree.ts";
import { startChild } from "../process/child.ts";
import { stopHelper } from "../process/helper-process.ts";
import type { End } from "../process/native.ts";
import { startForwarded } from "../pty/forward-signals.ts";
import { closeAll } from "../pty/terminal.ts";
import { type Execution, programOf } from "../run-program.ts";
import { runHeartbeat } from "./heartbeat.ts";
import {
  ENDED_STATUS,
  type SupervisedEnd,
  type SupervisedProgram,
  type Supervision,
  supervise,
} from "./supervise.ts";

/** How a program is run that may be ended. */
export interface SupervisedRun extends Supervision {
  /** The heartbeat's command, for the shell. */
  readonly heartbeatCommand?: string | undefined;
  /** The environment for it: without the secrets. */
  readonly heartbeatEnvironment: Readonly<Record<string, string | undefined>>;
  readonly onMiss: (misses: number) => void;
  /** Processes that we started for other purposes: they are not ended. */
  readonly others?: readonly number[];
  /**
   * Ends the program if we are killed and cannot, and continues us when the time is over, in case we are stopped.
   * @returns the process that does so, which is stopped when all is over
   */
  readonly watcher?: (program: number) => number | undefined;
  /** When the program itself starts: what ends it counts from then on. Without it, that is now. */
  readonly started?: Promise<void>;
  /** Called with the program's process as soon as it is there. */
  readonly onStart?: (pid: number) => void;
}

/** How a supervised program ended. */
export interface SupervisedResult {
  /** {@link ENDED_STATUS} when it was ended. */
  readonly status: number;
  readonly end: SupervisedEnd;
}

/**
 * Runs a program beside us, in our session and at our terminal, and ends it when its time is over: it and all
 * processes below it, those too that went into the background or into another process group. When it ends before that, what
 * it left running is ended.
 *
 * @throws PprotectError `command_not_found`, `command_not_executable`; `environment` where the system cannot find
 *   all that a program started
 */
export async function runSupervised(execution: Execution, run: SupervisedRun): Promise<SupervisedResult> {
  const found = programOf(execution);
  try {
    adoptOrphans();
  } catch {
    const reason = canCallLibc() ? "this system cannot find all that a program started" : NO_LIBC;
    throw new PprotectError("environment", `exec --ttl and --while are not available here: ${reason}`);
  }
  const others = new Set(run.others);
  const { child, stopForwarding } = startForwarded(
    () => startChild(found, execution, { stdin: 0, stdout: 1, stderr: 2 }),
    true,
    execution.start.ignoredSignals,
  );
  // What reads from an inherited descriptor of the program waits for us to close it too.
  closeAll(execution.start.descriptors);
  run.onStart?.(child.pid);
  const watcher = run.watcher?.(child.pid);
  if (watcher !== undefined) others.add(watcher);
  const below = () => processesBelow(process.pid, { except: others });
  const program: SupervisedProgram = {
    exited: child.exited,
    hasLeft: () => twice(below)().length > 0,
    end: (grace) => endProcesses(() => identitiesOf(below()), grace),
  };
  await Promise.race([run.started, child.exited]);
  const end = await supervise(program, run, {
    clock: { wall: Date.now, sinceBoot: msSinceBoot },
    sleep: pause,
    beat: () => beat(run, others),
    onMiss: run.onMiss,
  });
  stopForwarding();
  if (watcher !== undefined) stopHelper(watcher);
  return { status: end.reason === "exited" ? statusOf(await child.exited) : ENDED_STATUS, end };
}

async function beat(
  { heartbeatCommand = "true", heartbeatEnvironment }: SupervisedRun,
  others: Set<number>,
): Promise<boolean> {
  let process: number | undefined;
  const isWell = await runHeartbeat(heartbeatCommand, {
    environment: heartbeatEnvironment,
    onStart(pid) {
      process = pid;
      others.add(pid);
    },
  });
  if (process !== undefined) others.delete(process);
  return isWell;
}

function statusOf({ status, signal }: End): number {
  return signal === 0 ? status : 128 + signal;
}
