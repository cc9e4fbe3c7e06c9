import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { PprotectError } from "../common/errors.ts";

/** Where the user's own state is kept (XDG Base Directory Specification): nothing in it is a secret. */
export function stateDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = environment;
  const given = process.platform === "win32" ? LOCALAPPDATA : XDG_STATE_HOME;
  const parent = given !== undefined && isAbsolute(given) ? given : join(home(), ".local/state");
  return join(parent, "pprotect");
}

/** @throws PprotectError `environment` when the user has none: no HOME, and no entry in the user database */
function home(): string {
  try {
    return homedir();
  } catch (error) {
    throw new PprotectError("environment", "this user has no home directory", "set HOME or XDG_STATE_HOME", {
      cause: error,
    });
  }
}
