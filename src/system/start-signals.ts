import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { lazy } from "../common/lazy.ts";

/** The numbers of the signals that a process ignores. @param process its id, or `self` */
export function ignoredBy(process: string | number): Set<number> {
  try {
    return signalsIn(ignoredMask(readFileSync(`/proc/${process}/status`, "latin1")));
  } catch {
    return new Set();
  }
}

const SIGNALS_IGNORED = "\nSigIgn:\t";

/**
 * The mask of ignored signals in /proc/PID/status (proc(5)), in hexadecimal. Read without a regular expression: every
 * command does this when it starts.
 */
function ignoredMask(status: string): string {
  const at = status.indexOf(SIGNALS_IGNORED);
  if (at === -1) return "";
  const start = at + SIGNALS_IGNORED.length;
  return status.slice(start, status.indexOf("\n", start));
}

/** The numbers in a mask: its last bit is signal 1. */
function signalsIn(mask: string): Set<number> {
  const signals = new Set<number>();
  for (let digit = 0; digit < mask.length; digit++) {
    const bits = Number.parseInt(mask.charAt(mask.length - 1 - digit), 16);
    for (let bit = 0; bit < 4; bit++) if ((bits >> bit) & 1) signals.add(4 * digit + bit + 1);
  }
  return signals;
}

/** The numbers of the signals that this process ignored when it was asked for first: at its start. */
export const ignoredAtStart = lazy((): ReadonlySet<number> => ignoredBy("self"));

/** How a child ended is not kept where SIGCHLD is ignored, as by `trap '' CHLD`: every git would seem to fail. */
export function heedChildren(): void {
  if (ignoredAtStart().has(constants.signals.SIGCHLD)) process.on("SIGCHLD", () => undefined);
}
