import { existsSync } from "node:fs";
import { join } from "node:path";

/** Whether this session can have a keyring: nothing else is worth a process to ask. */
export function mayHaveKeyring({
  DBUS_SESSION_BUS_ADDRESS,
  XDG_RUNTIME_DIR,
}: Readonly<Record<string, string | undefined>>): boolean {
  if (process.platform !== "linux") return true;
  return !!DBUS_SESSION_BUS_ADDRESS || (!!XDG_RUNTIME_DIR && existsSync(join(XDG_RUNTIME_DIR, "bus")));
}
