import { formatDuration, parseDuration } from "../../common/duration.ts";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { StartState } from "../../exec/process/start-state.ts";
import type { SupervisedRun } from "../../exec/supervise/run-supervised.ts";
import { DEFAULT_GRACE, type SupervisedEnd } from "../../exec/supervise/supervise.ts";
import type { AccessRecorder } from "../../lease/access-log/recorder.ts";
import { ownProgram } from "../../system/own-program.ts";
import type { ProcessesEnded } from "../../system/process-tree.ts";
import { ownArguments } from "../argv/normalize.ts";
import { type HeartbeatOptions, heartbeatEnvironment, heartbeatOf } from "./heartbeat-options.ts";

/** The options of `exec` that end a program, as they were typed. */
export interface SupervisionOptions extends HeartbeatOptions {
  readonly ttl: string | undefined;
  readonly grace: string | undefined;
}

const NAMES = ["--ttl", "--grace", "--while", "--every", "--misses"];

/** What the options ask for, without what is done meanwhile. */
export type SupervisionTerms = Pick<SupervisedRun, "ttl" | "grace" | "heartbeat" | "heartbeatCommand">;

/** @throws PprotectError `usage`, also when nothing is to end the program */
export function supervisionOf(options: SupervisionOptions): SupervisionTerms {
  const { ttl, grace } = options;
  const heartbeat = heartbeatOf(options);
  if (ttl === undefined && !heartbeat) throw new PprotectError("usage", "--grace needs --ttl or --while");
  return {
    ttl: ttl === undefined ? undefined : parseDuration("--ttl", ttl),
    grace: grace === undefined ? DEFAULT_GRACE : parseDuration("--grace", grace),
    heartbeatCommand: heartbeat?.command,
    heartbeat,
  };
}

/**
 * Runs this command line again, without the options that end it, and ends that with all that it has started when its
 * time is over. This process reads no passphrase and no secret.
 *
 * @param args the words after the program's name
 * @param program the name of what is run, for messages
 * @returns the exit status
 */
export async function runAgainSupervised(
  args: readonly string[],
  terms: SupervisionTerms,
  context: {
    readonly program: string;
    readonly prefixes: readonly string[];
    readonly recorder: AccessRecorder;
    readonly start: StartState;
  },
  note: (message: string) => void,
): Promise<number> {
  const { program, prefixes, recorder, start } = context;
  const { runSupervised } = await import("../../exec/supervise/run-supervised.ts");
  const watched = await watchedStart(start, terms);
  const entries: Promise<void>[] = [];
  const { status, end } = await runSupervised(
    {
      command: [...ownProgram(), ...withoutSupervision(args)] as [string, ...string[]],
      variables: watched.start.variables,
      secrets: [],
      start: watched.start,
    },
    {
      ...terms,
      ...watched.run,
      heartbeatEnvironment: heartbeatEnvironment(prefixes),
      onMiss: (misses) => {
        note(`pprotect: warning: the command of --while failed (${misses} in a row)`);
        entries.push(recorder.recordFailure({ action: "heartbeat_missed", result: String(misses), program }));
      },
    },
  );
  await Promise.all(entries);
  if (end.reason === "exited") {
    if (end.left) note(`pprotect: ${leftText(program, end.left)}`);
    return status;
  }
  await recorder.recordFailure({ action: "program_ended", result: end.reason, program });
  note(`pprotect: ${endText(program, terms, end)}`);
  return status;
}

/** Has the program start once there is a process that ends it if this one is killed or stopped, as the program can do itself. */
async function watchedStart(
  start: StartState,
  { ttl, grace }: SupervisionTerms,
): Promise<{ readonly start: StartState; readonly run?: Pick<SupervisedRun, "started" | "watcher"> }> {
  const { canCallLibc } = await import("../../system/libc.ts");
  // Nothing is run without the C library.
  if (!canCallLibc()) return { start };
  const { startWatcher } = await import("../../exec/supervise/watcher.ts");
  const { awaitStart } = await import("../../exec/supervise/await-start.ts");
  const { allow, notice, started, start: awaited } = awaitStart(start);
  const watcher = (pid: number): number | undefined => {
    const watching = startWatcher(pid, grace, ttl === undefined ? undefined : { ttl, notice });
    allow();
    return watching;
  };
  return { start: awaited, run: { started, watcher } };
}

const STILL_THERE = "; some of what it started is still there";

function leftText(program: string, { all }: ProcessesEnded): string {
  return `what ${displayName(program)} left running was ended, since --ttl and --while hold for it too${all ? "" : STILL_THERE}`;
}

function endText(program: string, { ttl, heartbeat }: SupervisionTerms, end: SupervisedEnd): string {
  const why =
    end.reason === "deadline"
      ? `its time (${formatDuration(ttl ?? 0)}) was over`
      : `the command of --while failed ${timesInARow(heartbeat?.misses ?? 0)}`;
  const left = "all" in end && !end.all ? STILL_THERE : "";
  return `${displayName(program)} was ended: ${why}${left}`;
}

function timesInARow(misses: number): string {
  return misses === 1 ? "once" : `${misses} times in a row`;
}

/** The words of a line without the options of this module, each of which takes a value. */
export function withoutSupervision(args: readonly string[]): readonly string[] {
  const own = ownArguments(args);
  const kept = own.filter((word, index) => {
    const isValue = NAMES.includes(own[index - 1] ?? "");
    return !isValue && !NAMES.some((name) => word === name || word.startsWith(`${name}=`));
  });
  return [...kept, ...args.slice(own.length)];
}
