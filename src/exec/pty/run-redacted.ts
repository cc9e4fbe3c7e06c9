import { constants } from "node:os";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { Redaction } from "../../redact/redaction.ts";
import { errnoOf } from "../../system/file-error.ts";
import { findExecutable } from "../../system/find-executable.ts";
import { openLibc } from "../../system/libc.ts";
import { withOriginalCoreLimit } from "../../system/process-hardening.ts";
import { type ChildStreams, openStreams, type RedactedStream, STDIN } from "./child-streams.ts";
import { forwardSignals, send } from "./forward-signals.ts";
import { forwardKeys } from "./key-forwarding.ts";
import { pump, type Stream } from "./pump.ts";
import { closeAll, copySize } from "./terminal.ts";

/**
 * Runs a program with its output redacted, then ends this process in the same way: with the program's exit status, or by
 * its signal. If the program leaves background processes that write to a pipe, waits for them; at a terminal it does not,
 * like a shell.
 *
 * @param command the program and its arguments
 * @throws PprotectError `command_not_found`, `command_not_executable`; `environment` when the system lacks a feature;
 *   `file_error` when the output cannot be written
 */
export async function runRedacted(
  command: readonly [string, ...string[]],
  environment: Record<string, string>,
  redaction: Redaction,
): Promise<never> {
  if (process.platform === "win32") {
    throw new PprotectError(
      "environment",
      "exec --redact does not work on Windows",
      "pipe the output through `pprotect redact`",
    );
  }
  const path = findExecutable(command[0], environment.PATH);
  const streams = openStreams();
  const child = spawn(path, command, environment, streams);
  closeAll([streams.stdout, streams.stderr]);
  const { terminal } = streams;
  const stopForwarding = forwardSignals(child.pid, terminal?.controlling === undefined);
  const keys =
    terminal?.controlling === undefined ? undefined : forwardKeys(STDIN, terminal.master, child.pid);
  if (terminal) process.on("SIGWINCH", () => resize(streams, child.pid));
  let over = false;
  child.exited.then(() => {
    over = true;
    stopForwarding();
  });
  // Interrupts poll(2) when the child exits.
  process.on("SIGCHLD", () => undefined);
  const redacted = streams.redacted.map((stream) => redactedStream(stream, redaction, child.pid));
  try {
    await pump(keys ? [...redacted, keys.stream] : redacted, () => over);
    await child.exited;
  } finally {
    keys?.restore();
  }
  return endLike(child);
}

function spawn(
  path: string,
  command: readonly string[],
  environment: Record<string, string>,
  { stdout, stderr, terminal }: ChildStreams,
): Bun.Subprocess {
  // The first terminal that a session leader opens without O_NOCTTY becomes its controlling terminal (open(2)).
  const stdin = terminal?.controlling === undefined ? STDIN : Bun.file(terminal.controlling);
  const start = (program: string, args: readonly string[]) =>
    withOriginalCoreLimit(() =>
      Bun.spawn([program, ...args], {
        argv0: command[0] as string,
        env: environment,
        stdio: [stdin, stdout, stderr],
        detached: terminal?.controlling !== undefined,
      }),
    );
  try {
    return start(path, command.slice(1));
  } catch (error) {
    // A script without `#!`: execvp(3) runs it with the shell.
    if (errnoOf(error) === "ENOEXEC") return start("/bin/sh", [path, ...command.slice(1)]);
    throw new PprotectError(
      "command_not_executable",
      `cannot run ${displayName(path)}: ${errnoOf(error)}`,
      undefined,
      { cause: error },
    );
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
function endLike({ signalCode, exitCode }: Bun.Subprocess): never {
  if (signalCode === null) process.exit(exitCode ?? 1);
  const number = constants.signals[signalCode as NodeJS.Signals];
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
