import type { Readable } from "node:stream";
import type { ReadableStream as NodeReadableStream } from "node:stream/web";
import { isBun } from "../common/runtime.ts";

/** How a program is started whose output is read. */
export interface ProgramOptions {
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Bytes, or "pipe" to write to it later. */
  readonly stdin: "ignore" | "pipe" | Uint8Array;
  readonly stderr: "ignore" | "pipe" | "inherit";
  /** Whether it gets a session of its own. */
  readonly detached?: boolean;
}

/** A program that was started. */
export interface StartedProgram {
  /** Its process id; in Node `undefined` if it could not be started. */
  readonly pid: number | undefined;
  /** Takes input that was announced as "pipe". */
  readonly stdin: {
    write(input: string | Uint8Array): unknown;
    flush(): unknown;
    end(): unknown;
  };
  readonly stdout: ReadableStream<Uint8Array>;
  /** Ends at once unless it was asked for with "pipe". */
  readonly stderr: ReadableStream<Uint8Array>;
  /** Its exit status; of a program that a signal ended, 128 and the signal's number. */
  readonly exited: Promise<number>;
  kill(signal?: NodeJS.Signals): void;
  unref(): void;
}

/**
 * Starts a program to read its output as it comes.
 *
 * @param command the program's path and its arguments
 * @throws the system's error if it cannot be started; in Node from `exited`
 */
export function startProgram(command: readonly string[], options: ProgramOptions): StartedProgram {
  return isBun ? startInBun(command, options) : startInNode(command, options);
}

function startInBun(command: readonly string[], options: ProgramOptions): StartedProgram {
  const child = Bun.spawn([...command], { ...options, stdout: "pipe" });
  return child as typeof child & StartedProgram;
}

function startInNode([program = "", ...args]: readonly string[], options: ProgramOptions): StartedProgram {
  const { cwd, env, stdin, stderr, detached } = options;
  // Loaded here: Bun needs neither.
  const { spawn } = require("node:child_process") as typeof import("node:child_process");
  const { constants } = require("node:os") as typeof import("node:os");
  const child = spawn(program, args, {
    cwd,
    env: { ...env },
    detached,
    stdio: [stdin === "ignore" ? "ignore" : "pipe", "pipe", stderr],
  });
  // A program that ends early closes the pipe; its exit status says why.
  child.stdin?.on("error", () => undefined);
  if (typeof stdin !== "string") child.stdin?.end(stdin);
  const exited = new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status, signal) => resolve(status ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
  // Not everyone waits for the end of a program.
  exited.catch(() => undefined);
  return {
    pid: child.pid,
    stdin: {
      write: (input) => child.stdin?.write(input),
      flush: () => undefined,
      end: () => child.stdin?.end(),
    },
    stdout: webStream(child.stdout),
    stderr: webStream(child.stderr),
    exited,
    kill: (signal) => void child.kill(signal),
    unref: () => child.unref(),
  };
}

function webStream(stream: Readable | null): ReadableStream<Uint8Array> {
  const { Readable } = require("node:stream") as typeof import("node:stream");
  const readable: NodeReadableStream = Readable.toWeb(stream ?? Readable.from([]));
  return readable as unknown as ReadableStream<Uint8Array>;
}
