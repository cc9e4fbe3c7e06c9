import { constants } from "node:os";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { errnoOf } from "../system/file-error.ts";
import { findExecutable } from "../system/find-executable.ts";
import { openLibc } from "../system/libc.ts";
import { withOriginalCoreLimit } from "../system/process-hardening.ts";

/**
 * Runs a program in our place. On Unix the process becomes the program, so its signals, terminal and exit
 * status are its own and this never returns. Elsewhere it is spawned, gets our signals, and its exit status
 * comes back.
 *
 * @param command the program and its arguments
 * @throws PprotectError `command_not_found`, `command_not_executable`
 */
export async function runInPlace(
  command: readonly [string, ...string[]],
  environment: Record<string, string>,
): Promise<number> {
  if (process.platform === "win32") return runBeside(command, environment);
  return replaceProcess(findExecutable(command[0], environment.PATH), command, environment);
}

function replaceProcess(
  path: string,
  command: readonly string[],
  environment: Record<string, string>,
): never {
  restoreSignals();
  silenceWarnings();
  // The types of the runtime lag behind it.
  const { execve } = process as unknown as {
    execve(path: string, args: readonly string[], environment: Record<string, string>): never;
  };
  try {
    return withOriginalCoreLimit(() => execve(path, command, environment));
  } catch (error) {
    // A script without `#!`: execvp(3) gives it to the shell.
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

/** The runtime ignores these two, and what is ignored stays so in the program: `yes | head` would never end. */
function restoreSignals(): void {
  const { signal } = openLibc({ signal: { args: ["int", "ptr"], returns: "ptr" } });
  signal(constants.signals.SIGPIPE, null);
  signal(constants.signals.SIGXFSZ, null);
}

/** execve is new in the runtime, which says so on standard error: not the program's business. */
function silenceWarnings(): void {
  process.emitWarning = () => undefined;
}

const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"] as const;

/**
 * Runs a program beside us, for what has to be done when it has ended. It gets our signals.
 *
 * @returns its exit status
 * @throws PprotectError `command_not_found`
 */
export async function runBeside(
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
