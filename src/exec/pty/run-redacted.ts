import { PprotectError } from "../../common/errors.ts";
import type { Redaction } from "../../redact/redaction.ts";
import { openLibc } from "../../system/libc.ts";
import { startChild } from "../process/child.ts";
import type { End } from "../process/native.ts";
import { type Execution, programOf } from "../run-program.ts";
import { type ChildStreams, openStreams, type RedactedStream, STDIN } from "./child-streams.ts";
import { send, startForwarded } from "./forward-signals.ts";
import { forwardKeys } from "./key-forwarding.ts";
import { pump, type Stream } from "./pump.ts";
import { closeAll, copySize } from "./terminal.ts";

/**
 * Runs a program with its output redacted, then ends this process in the same way: with the program's exit status, or by
 * its signal. If the program leaves background processes that write to a pipe, waits for them; at a terminal it does not,
 * like a shell.
 *
 * @throws PprotectError `command_not_found`, `command_not_executable`; `environment` when the system lacks a feature;
 *   `file_error` when the output cannot be written
 */
export async function runRedacted(execution: Execution, redaction: Redaction): Promise<never> {
  if (process.platform === "win32") {
    throw new PprotectError(
      "environment",
      "exec --redact does not work on Windows",
      "pipe the output through `pprotect redact`",
    );
  }
  const program = programOf(execution);
  const streams = openStreams();
  const { stdout, stderr, terminal } = streams;
  const { child, stopForwarding } = startForwarded(
    () => startChild(program, execution, { stdin: terminal?.controlling ?? STDIN, stdout, stderr }),
    terminal?.controlling === undefined,
    execution.start.ignoredSignals,
  );
  // The reader of an inherited descriptor sees its end only once we have closed it too.
  closeAll([stdout, stderr, ...execution.start.descriptors]);
  const keys =
    terminal?.controlling === undefined ? undefined : forwardKeys(STDIN, terminal.master, child.pid);
  if (keys) child.onStopped(keys.suspend);
  if (terminal) process.on("SIGWINCH", () => resize(streams, child.pid));
  child.exited.then(stopForwarding);
  const redacted = streams.redacted.map((stream) => redactedStream(stream, redaction, child.pid));
  try {
    // SIGCHLD interrupts poll(2) when the child exits.
    await pump(keys ? [...redacted, keys.stream] : redacted, () => child.end() !== undefined);
    return endLike(await child.exited, keys?.restore);
  } finally {
    keys?.restore();
  }
}

/** A stream of the child; when our reader closes, the child sees its own stream closed. */
function redactedStream(
  { input, output, interactive }: RedactedStream,
  redaction: Redaction,
  child: number,
): Stream {
  return {
    input,
    output,
    interactive,
    filter: redaction.redactor(),
    name: output === 1 ? "standard output" : "standard error",
    onClosed: () => (interactive ? send(child, "SIGHUP") : closeAll([input])),
  };
}

/** Copies our terminal's size to the child's. Sends SIGWINCH ourselves if the kernel does not: it is not its controlling terminal. */
function resize({ terminal }: ChildStreams, child: number): void {
  if (!terminal) return;
  copySize(terminal.ours, terminal.master);
  if (terminal.controlling === undefined) send(child, "SIGWINCH");
}

/** Ends this process as the child ended, but without a core file, which would contain secrets. */
function endLike({ signal: number, status }: End, restore: (() => void) | undefined): never {
  restore?.();
  if (number === 0) process.exit(status);
  const { signal, raise, setrlimit } = openLibc({
    signal: { args: ["int", "ptr"], returns: "ptr" },
    raise: { args: ["int"], returns: "int" },
    setrlimit: { args: ["int", "ptr"], returns: "int" },
  });
  setrlimit(RLIMIT_CORE, new Uint8Array(RLIMIT_SIZE));
  signal(number, null);
  raise(number);
  process.exit(128 + number);
}

const RLIMIT_CORE = 4;
const RLIMIT_SIZE = 16;
