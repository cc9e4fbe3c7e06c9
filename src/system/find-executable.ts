import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";

/**
 * Finds a program as execvp(3) does: a name with a slash is a path, any other is looked for along PATH.
 *
 * @throws PprotectError `command_not_found`, or `command_not_executable` when it is there but cannot be run
 */
export function findExecutable(command: string, path: string | undefined): string {
  const candidates = command.includes("/")
    ? [command]
    : (path ?? "").split(delimiter).map((folder) => join(folder, command));
  let unusable: string | undefined;
  for (const candidate of command === "" ? [] : candidates) {
    const found = look(candidate);
    if (found === "executable") return candidate;
    // A folder of PATH that we may not enter is passed over; the path of a program was meant.
    if (found === "other" || (found === "closed" && candidate === command)) unusable ??= candidate;
  }
  if (unusable !== undefined) {
    throw new PprotectError(
      "command_not_executable",
      `cannot run ${displayName(unusable)}: it is not an executable file`,
    );
  }
  throw new PprotectError("command_not_found", `command not found: ${displayName(command)}`);
}

function look(path: string): "executable" | "other" | "closed" | undefined {
  try {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (!stats) return undefined;
    if (!stats.isFile()) return "other";
  } catch {
    return "closed";
  }
  try {
    accessSync(path, constants.X_OK);
    return "executable";
  } catch {
    return "other";
  }
}
