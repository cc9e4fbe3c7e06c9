import { constants } from "node:os";
import { PprotectError } from "../../common/errors.ts";
import { identityOf } from "../../system/process-identity.ts";
import { endProcesses, treeOf } from "../../system/process-tree.ts";
import { type Child, startChild } from "../process/child.ts";
import { startForwarded } from "../pty/forward-signals.ts";
import { type Execution, programOf } from "../run-program.ts";
import type { ChosenSecret } from "../selection.ts";
import { changeOf } from "./changed-files.ts";

/** ms from SIGTERM to SIGKILL. */
const GRACE_MS = 10_000;

/** What a program gets. */
export interface WatchedValues {
  /** Which secrets it is, as they are sealed: the same text, the same values. */
  readonly sealed: string;
  readonly secrets: readonly ChosenSecret[];
}

/** A program that is ready to start. */
export interface PreparedProgram {
  readonly execution: Execution;
  /** Removes what it needed, when it has ended. */
  readonly release: () => void;
}

/** Where the values are, and how they come to the program. */
export interface Watch {
  /** The files that decide about them. */
  readonly files: readonly string[];
  /** What it would get now; nothing is opened before it is asked for. @throws PprotectError */
  readonly read: () => Promise<{
    readonly sealed: string;
    readonly open: () => Promise<readonly ChosenSecret[]>;
  }>;
  readonly prepare: (secrets: readonly ChosenSecret[]) => Promise<PreparedProgram>;
  /** Called before the program is ended for new values. @param names of the secrets that changed */
  readonly onRestart: (names: readonly string[]) => void;
  /** Called once when the values cannot be read, and again only after they could. */
  readonly onProblem: (error: PprotectError) => void;
}

/**
 * Runs a program, and runs it again whenever a value that it gets has changed: it and what it started get SIGTERM,
 * and SIGKILL after ten seconds. While the values cannot be read, it goes on with those that it has.
 *
 * @returns its exit status, when it has ended by itself
 * @throws PprotectError `command_not_found`, `command_not_executable`
 */
export async function runWatched(first: WatchedValues, watch: Watch): Promise<number> {
  const watcher = new Watcher(first, watch);
  for (;;) {
    const { execution, release } = await watch.prepare(watcher.values.secrets);
    try {
      const status = await runUntilChanged(execution, watcher);
      if (status !== undefined) return status;
    } finally {
      release();
    }
  }
}

/** @returns the exit status, or `undefined` when the program is to be started again */
async function runUntilChanged(execution: Execution, watcher: Watcher): Promise<number | undefined> {
  const { ignoredSignals } = execution.start;
  const { child, stopForwarding } = startForwarded(
    () => startChild(programOf(execution), execution, { stdin: 0, stdout: 1, stderr: 2 }),
    true,
    ignoredSignals,
  );
  const stop = new AbortController();
  try {
    const hasChanged = await Promise.race([
      child.exited.then(() => false),
      watcher.changed(stop.signal).then(() => true),
    ]);
    if (!hasChanged) return statusOf(child);
    return await endForRestart(child, ignoredSignals);
  } finally {
    stop.abort();
    stopForwarding();
  }
}

async function statusOf({ exited }: Child): Promise<number> {
  const { signal, status } = await exited;
  return signal === 0 ? status : 128 + signal;
}

const ENDING = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** @returns an exit status when we are to end meanwhile */
async function endForRestart(child: Child, ignored: ReadonlySet<number>): Promise<number | undefined> {
  let received: number | undefined;
  const end = (signal: NodeJS.Signals): void => {
    received = constants.signals[signal];
  };
  const handled = ENDING.filter((signal) => !ignored.has(constants.signals[signal]));
  for (const signal of handled) process.on(signal, end);
  try {
    const identity = identityOf(child.pid);
    if (identity) await endProcesses(treeOf(identity), GRACE_MS);
    await child.exited;
  } finally {
    for (const signal of handled) process.off(signal, end);
  }
  return received === undefined ? undefined : 128 + received;
}

/** The values that a program has, and whether they are still the ones that it should have. */
class Watcher {
  readonly #watch: Watch;
  #values: WatchedValues;
  /** The state of the files that was looked at last. */
  #state = "";
  #hasProblem = false;

  constructor(first: WatchedValues, watch: Watch) {
    this.#values = first;
    this.#watch = watch;
  }

  get values(): WatchedValues {
    return this.#values;
  }

  /** Returns when the values are others than before, or never if it is stopped. */
  async changed(stop: AbortSignal): Promise<void> {
    for (;;) {
      const state = await changeOf(this.#watch.files, this.#state, stop);
      if (state === undefined) return new Promise(() => undefined);
      this.#state = state;
      const names = await this.#look(stop);
      if (stop.aborted) return new Promise(() => undefined);
      if (names.length === 0) continue;
      this.#watch.onRestart(names);
      return undefined;
    }
  }

  /** @returns the names of the secrets that have changed */
  async #look(stop: AbortSignal): Promise<readonly string[]> {
    try {
      const { sealed, open } = await this.#watch.read();
      const before = this.#values;
      const secrets = sealed === before.sealed || stop.aborted ? before.secrets : await open();
      this.#hasProblem = false;
      this.#values = { sealed, secrets };
      return changedNames(before.secrets, secrets);
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      if (!this.#hasProblem) this.#watch.onProblem(error);
      this.#hasProblem = true;
      return [];
    }
  }
}

/** The names of secrets that one list has and the other lacks, or has with another value, variable or file. */
function changedNames(before: readonly ChosenSecret[], after: readonly ChosenSecret[]): readonly string[] {
  const key = ({ name, variable, value, file }: ChosenSecret) =>
    JSON.stringify([variable, name, file?.name, value]);
  const [old, fresh] = [new Set(before.map(key)), new Set(after.map(key))];
  const changed = [
    ...before.filter((each) => !fresh.has(key(each))),
    ...after.filter((each) => !old.has(key(each))),
  ];
  return [...new Set(changed.map(({ name }) => name))];
}
