import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { shown } from "../common/printable.ts";

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
    const stats = statSync(candidate, { throwIfNoEntry: false });
    if (!stats) continue;
    if (stats.isFile() && isExecutable(candidate)) return candidate;
    unusable ??= candidate;
  }
  if (unusable !== undefined) {
    throw new PprotectError(
      "command_not_executable",
      `cannot run ${shown(unusable)}: it is not an executable file`,
    );
  }
  throw new PprotectError("command_not_found", `command not found: ${shown(command)}`);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
