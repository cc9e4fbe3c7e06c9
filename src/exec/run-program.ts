import { PprotectError } from "../common/errors.ts";
import { pathBytes } from "../common/path-bytes.ts";
import { displayName } from "../common/terminal-safe.ts";
import { errnoOf } from "../system/file-error.ts";
import { findExecutable } from "../system/find-executable.ts";
import { canCallLibc } from "../system/libc.ts";
import { withOriginalCoreLimit } from "../system/process-hardening.ts";
import { replaceProcess } from "./process/native.ts";
import { asRecord, type Program, startOrInShell, variableValue } from "./process/program.ts";
import type { StartState } from "./process/start-state.ts";
import type { ChosenSecret } from "./selection.ts";

/** What `exec` runs: the command, its environment, and what this process was started with. */
export interface Execution {
  /** Bytes that are not UTF-8 as in path-text.ts. */
  readonly command: readonly [string, ...string[]];
  /** Each `NAME=value`. */
  readonly variables: readonly Uint8Array[];
  /** The secrets in the environment, to name one that is too long. */
  readonly secrets: readonly ChosenSecret[];
  readonly start: StartState;
}

/**
 * Finds the program of a command, along the PATH that it gets.
 * @throws PprotectError `command_not_found`, `command_not_executable`
 */
export function programOf({ command, variables }: Execution): Program {
  const words = command.map(pathBytes);
  if (process.platform === "win32")
    return { path: Buffer.from(which(command[0], variables)), words, variables };
  return {
    path: findExecutable(words[0] ?? Buffer.of(), variableValue(variables, "PATH")),
    words,
    variables,
  };
}

/** Windows has its own rules for where a program is, and what its file's name ends with. */
function which(command: string, variables: readonly Uint8Array[]): string {
  const path = Bun.which(command, { PATH: asRecord(variables).PATH ?? "" });
  if (path === null)
    throw new PprotectError("command_not_found", `command not found: ${displayName(command)}`);
  return path;
}

/**
 * Replaces this process by a program. On Unix with execve(2): the program has the process id, the signals and the
 * terminal, and this never returns. On Windows the program is a child that gets our signals.
 *
 * @returns the program's exit status, on Windows
 * @throws PprotectError `command_not_found`, `command_not_executable`
 */
export async function runInPlace(execution: Execution): Promise<number> {
  if (process.platform === "win32") return runAsChild(execution);
  const program = programOf(execution);
  const run = process.platform === "linux" && canCallLibc() ? replaceProcess : replaceByRuntime;
  const code = startOrInShell(program, (each) => run(each, execution.start));
  const { startError } = await import("./process/start-error.ts");
  throw startError(program, code, execution.secrets);
}

/** For macOS, where we cannot distinguish our own descriptors from inherited ones, and where there is no JIT. The runtime closes all. */
function replaceByRuntime({ path, words, variables }: Program): string {
  // The runtime warns on standard error that its execve is experimental; the program's users need not see that.
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  // Not in the runtime's types yet.
  const { execve } = process as unknown as {
    execve(path: string, args: readonly string[], environment: Record<string, string>): never;
  };
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  try {
    return withOriginalCoreLimit(() => execve(text(path), words.map(text), asRecord(variables)));
  } catch (error) {
    return errnoOf(error);
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * Runs a program as a child, for when there is something to do after it ends. It gets our signals.
 *
 * @returns its exit status
 * @throws PprotectError `command_not_found`
 */
export async function runAsChild(execution: Execution): Promise<number> {
  const { startChild } = await import("./process/child.ts");
  const { startForwarded } = await import("./pty/forward-signals.ts");
  const { child } = startForwarded(
    () => startChild(programOf(execution), execution, { stdin: 0, stdout: 1, stderr: 2 }),
    true,
    execution.start.ignoredSignals,
  );
  const { signal, status } = await child.exited;
  return signal === 0 ? status : 128 + signal;
}
