import { closeSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pause } from "../../common/pause.ts";
import { wipe } from "../../crypto/bytes.ts";
import { errnoOf } from "../../system/file-error.ts";
import { createPrivateDirectory } from "../../system/private-directory.ts";
import { removeOverwritten } from "../plaintext-files/shred.ts";

/** How a command is run. */
export interface HookRun {
  /** For /bin/sh. */
  readonly command: string;
  /** Where it runs; the current directory if nothing is said. */
  readonly directory: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  /** What it reads from standard input. */
  readonly input: string;
  /** What it reads from descriptor 3. */
  readonly value: string;
  readonly timeoutMs: number;
  /** Takes standard output; returns false to end the command. */
  readonly output: (chunk: Uint8Array) => boolean;
  /** Takes standard error. */
  readonly errors: (chunk: Uint8Array) => void;
  /** Called at the first signal that would end this process: the command goes on, so that its answer is not lost. */
  readonly onSignal: () => void;
}

/** How a command ended. */
export type HookEnd =
  | { readonly kind: "exited"; readonly status: number }
  | { readonly kind: "late" | "too-much" | "stopped" }
  /** It could not be started. */
  | { readonly kind: "not-started"; readonly code: string };

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
/** ms that a command has to end by itself after SIGTERM. */
const GRACE_MS = 2_000;
/** ms that output is read for when the command has ended, and something that it started still has it open. */
const DRAIN_MS = 500;

/**
 * Runs a command in a process group of its own, so that what it started ends with it. A signal to this process does not end the
 * command: one that is in the middle of changing a password is to finish. A second signal ends it.
 */
export async function runHook(run: HookRun): Promise<HookEnd> {
  let signals = 0;
  let stop: () => void = () => undefined;
  // Before it is started: a signal may come at once.
  const onSignal = (): void => {
    if (signals++ === 0) run.onSignal();
    else stop();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    const child = startWith(run);
    if (typeof child === "string") return { kind: "not-started", code: child };
    return await finish(child, run, (stopping) => {
      stop = stopping;
    });
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

type Child = ReturnType<typeof start>;

/** @returns the system's code where it cannot be started */
function startWith(run: HookRun): Child | string {
  const descriptor = descriptorWith(run.value);
  try {
    return start(run, descriptor);
  } catch (error) {
    return errnoOf(error);
  } finally {
    closeSync(descriptor);
  }
}

async function finish(child: Child, run: HookRun, onStop: (stop: () => void) => void): Promise<HookEnd> {
  const { pid } = child;
  const over = new AbortController();
  let why: "late" | "too-much" | "stopped" | undefined;
  const end = (reason: typeof why): void => {
    if (why !== undefined) return;
    why = reason;
    endGroup(pid, "SIGTERM");
    void pause(GRACE_MS, over.signal).then(() => endGroup(pid, "SIGKILL"));
  };
  onStop(() => end("stopped"));
  const timer = setTimeout(() => end("late"), run.timeoutMs);
  const output = child.stdout.getReader();
  const errors = child.stderr.getReader();
  const takeOutput = (chunk: Uint8Array): boolean => {
    if (run.output(chunk)) return true;
    end("too-much");
    return false;
  };
  const takeErrors = (chunk: Uint8Array): boolean => {
    run.errors(chunk);
    return true;
  };
  try {
    const read = Promise.all([drain(output, takeOutput), drain(errors, takeErrors)]);
    const status = await child.exited;
    // Something that it left running may keep the pipes open forever.
    await Promise.race([read, pause(DRAIN_MS, over.signal)]);
    return why === undefined ? { kind: "exited", status } : { kind: why };
  } finally {
    clearTimeout(timer);
    over.abort();
    endGroup(pid, "SIGKILL");
    await Promise.allSettled([output.cancel(), errors.cancel()]);
  }
}

function start({ command, directory, environment, input }: HookRun, descriptor: number) {
  return Bun.spawn(["/bin/sh", "-c", command], {
    env: environment,
    ...(directory === undefined ? {} : { cwd: directory }),
    detached: true,
    stdio: [Buffer.from(input), "pipe", "pipe", descriptor],
  });
}

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

async function drain(reader: Reader, take: (chunk: Uint8Array) => boolean): Promise<void> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done || value === undefined) return;
    const goesOn = take(value);
    wipe(value);
    if (!goesOn) return;
  }
}

function endGroup(pid: number, signal: "SIGTERM" | "SIGKILL"): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

/** A descriptor to read a value from, of a file without a name: in memory where the system can. */
function descriptorWith(value: string): number {
  const directory = createPrivateDirectory(removeOverwritten);
  try {
    const path = join(directory.path, "value");
    writeFileSync(path, value, { mode: 0o600, flag: "wx" });
    const descriptor = openSync(path, "r");
    rmSync(path);
    return descriptor;
  } finally {
    directory.remove();
  }
}
