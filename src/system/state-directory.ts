import { isAbsolute, join } from "node:path";
import { homeDirectory } from "./user-directories.ts";

/**
 * Where the user's own state is kept (XDG Base Directory Specification, which says to ignore a relative path): nothing in
 * it is a secret.
 *
 * @throws PprotectError `environment` when it would be in the home directory, and there is no home directory
 */
export function stateDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = environment;
  const given = process.platform === "win32" ? LOCALAPPDATA : XDG_STATE_HOME;
  const parent =
    given !== undefined && isAbsolute(given) ? given : join(homeDirectory(environment), ".local/state");
  return join(parent, "pprotect");
}
