import { openLibc } from "./libc.ts";

/**
 * Overwrites the value of a variable in this process's own memory, where the kernel shows it to root, and to the user's
 * other processes, in /proc/PID/environ. `process.env` keeps it.
 */
export function overwriteVariable(name: string): void {
  const value = process.env[name];
  if (value === undefined || value === "" || process.platform === "win32") return;
  try {
    const { getenv, strlen, memset } = openLibc({
      getenv: { args: ["ptr"], returns: "ptr" },
      strlen: { args: ["ptr"], returns: "u64" },
      memset: { args: ["ptr", "int", "u64"], returns: "ptr" },
    });
    const place = getenv(Buffer.from(`${name}\0`));
    if (place !== null) memset(place, 0, strlen(place));
  } catch {
    // Without a foreign function interface it stays.
  }
  // The runtime may read it from that memory again.
  process.env[name] = value;
}
