import { wipe } from "../crypto/bytes.ts";
import { startProgram } from "../system/start-program.ts";

/** What a program printed, and its exit status; or why it was ended: its time was over, or it printed too much. */
export type ProgramOutput = { readonly bytes: Uint8Array; readonly status: number } | "late" | "more";

/** How a program is run. */
export interface ProgramRun {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** For standard input; left out, it is empty. */
  readonly input?: Uint8Array;
  /** Whether it may use our terminal, to ask for a password or a fingerprint. */
  readonly mayAsk: boolean;
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * Runs a program of the user's for a bounded time and output. Its standard error is ours.
 * @param command an absolute path, and its arguments
 */
export async function outputOfProgram(
  command: readonly [string, ...string[]],
  { environment, input, mayAsk, timeoutMs, maxBytes }: ProgramRun,
): Promise<ProgramOutput> {
  const child = startProgram(command, {
    env: environment,
    stdin: input ?? "ignore",
    stderr: "inherit",
    // In a session of its own there is no terminal.
    detached: !mayAsk,
  });
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), timeoutMs);
  });
  try {
    const bytes = await readAtMost(child.stdout, maxBytes, late);
    if (typeof bytes === "string") return bytes;
    const status = await Promise.race([child.exited, late]);
    return status === "late" ? status : { bytes, status };
  } finally {
    clearTimeout(timer);
    child.kill("SIGKILL");
    child.unref();
  }
}

/** @returns why it stopped reading before the end: time is up, or there is more */
async function readAtMost(
  stream: ReadableStream<Uint8Array>,
  most: number,
  late: Promise<"late">,
): Promise<Uint8Array | "late" | "more"> {
  const reader = stream.getReader();
  const bytes = Buffer.alloc(most);
  let length = 0;
  try {
    for (;;) {
      const next = await Promise.race([reader.read(), late]);
      if (next === "late") return next;
      if (next.done) return bytes.subarray(0, length);
      if (length + next.value.length > most) return "more";
      bytes.set(next.value, length);
      length += next.value.length;
      wipe(next.value);
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}
