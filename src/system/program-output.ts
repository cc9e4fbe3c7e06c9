import { pause } from "../common/pause.ts";
import { killWithDescendants } from "./process-table.ts";
import { type StartedProgram, startProgram } from "./start-program.ts";

/** What a program printed, and its exit status; or why it was ended: its time was over, or it printed too much. */
export type ProgramOutput = { readonly bytes: Uint8Array; readonly status: number } | "late" | "more";

/** How a program is run. */
export interface ProgramRun {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For standard input; left out, it is empty. */
  readonly input?: Uint8Array;
  /** Where its standard error goes: to ours, by default. */
  readonly errors?: "inherit" | "ignore";
  /** Whether it may use our terminal, to ask for a password or a fingerprint. */
  readonly mayAsk: boolean;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * How long nothing comes, in ms, before output is complete that another process keeps open after the program's end: that may be
 * the one that prints, as in `command > >(filter)`, or an agent that prints nothing.
 */
const SETTLE_MS = 500;

/** How long it is waited for at most, in ms, and while nothing has come at all: a filter may take long to start. */
const LONGEST_SETTLE_MS = 3_000;

/**
 * Runs a program of the user's for a bounded time and output. If it is ended for that, so is what it started; what a
 * program that ended by itself leaves running, such as an agent, is left alone, and what that prints later is not read.
 *
 * @param command an absolute path, and its arguments
 */
export async function outputOfProgram(
  command: readonly [string, ...string[]],
  { environment, input, errors = "inherit", mayAsk, timeoutMs, maxBytes }: ProgramRun,
): Promise<ProgramOutput> {
  const child = startProgram(command, {
    env: environment,
    stdin: input ?? "ignore",
    stderr: errors,
    // In a session of its own there is no terminal.
    detached: !mayAsk,
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), timeoutMs);
  });
  const reader = child.stdout.getReader();
  const done = new AbortController();
  const progress: Progress = { lastAt: undefined };
  const settled = child.exited.then(() => settle(progress, done.signal));
  let hasEnded = false;
  try {
    const bytes = await readAtMost(reader, maxBytes, progress, late, settled);
    const output = typeof bytes === "string" ? bytes : await endOf(child, bytes, late);
    hasEnded = typeof output !== "string";
    return output;
  } finally {
    clearTimeout(timer);
    done.abort();
    // Before its pipe is closed: a program that ends for that is no longer there to find what it started.
    if (!hasEnded && child.pid !== undefined) killWithDescendants(child.pid, !mayAsk);
    reader.cancel().catch(() => undefined);
    child.unref();
  }
}

async function endOf(
  child: StartedProgram,
  bytes: Uint8Array,
  late: Promise<"late">,
): Promise<ProgramOutput> {
  const status = await Promise.race([child.exited, late]);
  return status === "late" ? status : { bytes, status };
}

interface Progress {
  /** When the last bytes came, by `performance.now()`. */
  lastAt: number | undefined;
}

/** Waits from a program's end on until its output is complete. */
async function settle(progress: Progress, signal: AbortSignal): Promise<"settled"> {
  const end = performance.now();
  for (;;) {
    const longest = end + LONGEST_SETTLE_MS;
    const { lastAt } = progress;
    const until = lastAt === undefined ? longest : Math.min(longest, Math.max(end, lastAt) + SETTLE_MS);
    const left = until - performance.now();
    if (left <= 0 || signal.aborted) return "settled";
    await pause(Math.min(left, SETTLE_MS), signal);
  }
}

interface Reader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>;
}

/**
 * Reads to the end, or until `settled`.
 * @returns why it stopped reading before that: time is up, or there is more
 */
async function readAtMost(
  reader: Reader,
  most: number,
  progress: Progress,
  late: Promise<"late">,
  settled: Promise<"settled">,
): Promise<Uint8Array | "late" | "more"> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), late, settled]);
      if (next === "late") return next;
      if (next === "settled" || next.done || next.value === undefined) return Buffer.concat(chunks);
      progress.lastAt = performance.now();
      chunks.push(next.value);
      length += next.value.length;
      if (length > most) return "more";
    }
  } finally {
    // It may be a passphrase.
    for (const chunk of chunks) chunk.fill(0);
  }
}
