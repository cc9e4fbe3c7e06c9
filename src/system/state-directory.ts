import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";

/** Where the user's own state is kept (XDG Base Directory Specification): nothing in it is a secret. */
export function stateDirectory(environment: Readonly<Record<string, string | undefined>>): string {
  const { XDG_STATE_HOME, LOCALAPPDATA } = environment;
  const given = process.platform === "win32" ? LOCALAPPDATA : XDG_STATE_HOME;
  const parent = given !== undefined && isAbsolute(given) ? given : join(homedir(), ".local/state");
  return join(parent, "pprotect");
}
