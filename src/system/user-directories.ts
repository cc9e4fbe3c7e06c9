import { homedir, tmpdir } from "node:os";
import { isAbsolute } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";

/**
 * The user's home directory.
 *
 * @param environment with HOME; without it, or when it is empty, the user database has the directory
 * @returns an absolute path
 * @throws PprotectError `environment` when the user has none, or HOME is a relative path: what is kept there would be
 *   taken from the directory that pprotect happens to run in, such as a stranger's repository
 */
export function homeDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { HOME } = environment;
  if (process.platform !== "win32" && HOME && !isAbsolute(HOME)) {
    throw new PprotectError(
      "environment",
      `HOME is not an absolute path: ${escapeUnprintable(HOME)}`,
      "set HOME to the absolute path of your home directory",
    );
  }
  try {
    return homedir();
  } catch (error) {
    throw new PprotectError("environment", "this user has no home directory", "set HOME or XDG_STATE_HOME", {
      cause: error,
    });
  }
}

/**
 * The directory for the user's sockets and other files that go away with the session.
 * @returns `undefined` without one, and for a relative path, which the XDG Base Directory Specification says to ignore
 */
export function runtimeDirectory({
  XDG_RUNTIME_DIR: given,
}: Readonly<Record<string, string | undefined>>): string | undefined {
  return given !== undefined && isAbsolute(given) ? given : undefined;
}

/** The directory for temporary files, absolute: a TMPDIR that is relative is ignored. */
export function temporaryDirectory(): string {
  const given = tmpdir();
  return isAbsolute(given) ? given : "/tmp";
}
