import { lazy } from "../common/lazy.ts";
import { openLibc } from "./libc.ts";

/** The clocks of clock_gettime(2) that keep counting while the machine is suspended. */
const CLOCK_BOOTTIME = 7;
const MACOS_CLOCK_MONOTONIC = 6;

const libc = lazy(() => openLibc({ clock_gettime: { args: ["int", "ptr"], returns: "int" } }));

/**
 * Milliseconds since the machine was started, the time that it was suspended included. Setting the date does not
 * change it.
 *
 * @throws Error where the runtime has no foreign function interface
 */
export function msSinceBoot(): number {
  // struct timespec, on 64-bit systems.
  const time = new BigInt64Array(2);
  const clock = process.platform === "darwin" ? MACOS_CLOCK_MONOTONIC : CLOCK_BOOTTIME;
  if (libc().clock_gettime(clock, time) !== 0) throw new Error("clock_gettime failed");
  const [seconds = 0n, nanoseconds = 0n] = time;
  return Number(seconds) * 1000 + Number(nanoseconds / 1_000_000n);
}
