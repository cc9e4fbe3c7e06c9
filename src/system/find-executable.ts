import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";

/**
 * Finds a program as execvp(3) does: a name with a slash is a path, any other name is searched for in PATH.
 *
 * @param path the value of PATH
 * @throws PprotectError `command_not_found`, or `command_not_executable` when the file exists but cannot be run
 */
export function findExecutable(command: string, path: string | undefined): string {
  const candidates = command.includes("/")
    ? [command]
    : (path ?? "").split(delimiter).map((directory) => join(directory, command));
  let unusable: string | undefined;
  for (const candidate of command === "" ? [] : candidates) {
    const found = examine(candidate);
    if (found === "executable") return candidate;
    // Skip directories in PATH that this user may not enter; report a program named by its path.
    if (found === "other" || (found === "unreachable" && candidate === command)) unusable ??= candidate;
  }
  if (unusable !== undefined) {
    throw new PprotectError(
      "command_not_executable",
      `cannot run ${displayName(unusable)}: not an executable file`,
    );
  }
  throw new PprotectError("command_not_found", `command not found: ${displayName(command)}`);
}

function examine(path: string): "executable" | "other" | "unreachable" | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    if (!stats.isFile()) return "other";
  } catch {
    return "unreachable";
  }
  try {
    accessSync(path, constants.X_OK);
    return "executable";
  } catch {
    return "other";
  }
}

/**
 * Finds a program of ours, along the absolute directories of PATH only: with `.` or an empty entry in it, a file of
 * that name in the current directory would be run.
 *
 * @param path the value of PATH
 */
export function findOnAbsolutePath(program: string, path: string | undefined): string | undefined {
  const directories = (path ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
  return Bun.which(program, { PATH: directories.join(delimiter) }) ?? undefined;
}
