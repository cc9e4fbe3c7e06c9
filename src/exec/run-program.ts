import { constants } from "node:os";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { errnoOf } from "../system/file-error.ts";
import { findExecutable } from "../system/find-executable.ts";
import { openLibc } from "../system/libc.ts";
import { withOriginalCoreLimit } from "../system/process-hardening.ts";

/**
 * Replaces this process by a program. On Unix with execve(2): the program has the process id, the signals and the
 * terminal, and this never returns. On Windows the program is a child that gets our signals.
 *
 * @param command the program and its arguments
 * @returns the program's exit status, on Windows
 * @throws PprotectError `command_not_found`, `command_not_executable`
 */
export async function runInPlace(
  command: readonly [string, ...string[]],
  environment: Record<string, string>,
): Promise<number> {
  if (process.platform === "win32") return runAsChild(command, environment);
  return replaceProcess(findExecutable(command[0], environment.PATH), command, environment);
}

function replaceProcess(
  path: string,
  command: readonly string[],
  environment: Record<string, string>,
): never {
  restoreSignals();
  silenceWarnings();
  // Not in the runtime's types yet.
  const { execve } = process as unknown as {
    execve(path: string, args: readonly string[], environment: Record<string, string>): never;
  };
  try {
    return withOriginalCoreLimit(() => execve(path, command, environment));
  } catch (error) {
    // A script without `#!`: execvp(3) runs it with the shell.
    if (errnoOf(error) === "ENOEXEC")
      return withOriginalCoreLimit(() => execve("/bin/sh", ["sh", path, ...command.slice(1)], environment));
    throw new PprotectError(
      "command_not_executable",
      `cannot run ${displayName(path)}: ${errnoOf(error)}`,
      undefined,
      {
        cause: error,
      },
    );
  }
}

/** Bun ignores these two, and execve(2) keeps ignored signals ignored: `yes | head` would never end. */
function restoreSignals(): void {
  const { signal } = openLibc({ signal: { args: ["int", "ptr"], returns: "ptr" } });
  signal(constants.signals.SIGPIPE, null);
  signal(constants.signals.SIGXFSZ, null);
}

/** The runtime warns on standard error that execve is experimental; the program's users need not see that. */
function silenceWarnings(): void {
  process.emitWarning = () => undefined;
}

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

/**
 * Runs a program as a child, for when there is something to do after it ends. It gets our signals.
 *
 * @returns its exit status
 * @throws PprotectError `command_not_found`
 */
export async function runAsChild(
  command: readonly string[],
  environment: Record<string, string>,
): Promise<number> {
  const path = Bun.which(command[0] ?? "", { PATH: environment.PATH ?? "" });
  if (path === null)
    throw new PprotectError("command_not_found", `command not found: ${displayName(command[0] ?? "")}`);
  const child = Bun.spawn([path, ...command.slice(1)], {
    env: environment,
    stdio: ["inherit", "inherit", "inherit"],
  });
  for (const signal of FORWARDED) process.on(signal, () => child.kill(signal));
  return child.exited;
}
