import { existsSync } from "node:fs";
import { join } from "node:path";
import { runtimeDirectory } from "./user-directories.ts";

/** Whether this session can have a keyring: nothing else is worth a process to ask. */
export function mayHaveKeyring(environment: Readonly<Record<string, string | undefined>>): boolean {
  if (process.platform !== "linux" || environment.DBUS_SESSION_BUS_ADDRESS) return true;
  const runtime = runtimeDirectory(environment);
  return runtime !== undefined && existsSync(join(runtime, "bus"));
}
