import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { isBun } from "../common/runtime.ts";
import { displayName } from "../common/terminal-safe.ts";

/**
 * Finds a program as execvp(3) does: a name with a slash is a path, any other name is searched for in PATH.
 *
 * @param command in any encoding, as is the result
 * @param path the value of PATH
 * @throws PprotectError `command_not_found`, or `command_not_executable` when the file exists but cannot be run
 */
export function findExecutable(command: Uint8Array, path: Uint8Array | undefined): Uint8Array {
  // One character a byte.
  const name = Buffer.from(command).toString("latin1");
  const directories = Buffer.from(path ?? [])
    .toString("latin1")
    .split(delimiter);
  const candidates = name.includes("/") ? [name] : directories.map((directory) => within(directory, name));
  let unusable: string | undefined;
  for (const candidate of name === "" ? [] : candidates) {
    const found = examine(Buffer.from(candidate, "latin1"));
    if (found === "executable") return Buffer.from(candidate, "latin1");
    // Skip directories in PATH that this user may not enter; report a program named by its path.
    if (found === "other" || (found === "unreachable" && candidate === name)) unusable ??= candidate;
  }
  if (unusable !== undefined) {
    throw new PprotectError(
      "command_not_executable",
      `cannot run ${shown(Buffer.from(unusable, "latin1"))}: not an executable file`,
    );
  }
  throw new PprotectError("command_not_found", `command not found: ${shown(command)}`);
}

/** An empty entry in PATH is the current directory. */
function within(directory: string, name: string): string {
  if (directory === "") return name;
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

function shown(path: Uint8Array): string {
  return displayName(new TextDecoder().decode(path));
}

function examine(path: Buffer): "executable" | "other" | "unreachable" | undefined {
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
  const directories = absoluteDirectories(path);
  if (isBun) return Bun.which(program, { PATH: directories }) ?? undefined;
  const file = process.platform === "win32" ? `${program}.exe` : program;
  return directories
    .split(delimiter)
    .map((directory) => join(directory, file))
    .find((each) => isAbsolute(each) && examine(Buffer.from(each)) === "executable");
}

/** A PATH without its relative directories. */
export function absoluteDirectories(path: string | undefined): string {
  return (path ?? "")
    .split(delimiter)
    .filter((directory) => isAbsolute(directory))
    .join(delimiter);
}
