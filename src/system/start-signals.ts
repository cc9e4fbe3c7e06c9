import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { lazy } from "../common/lazy.ts";

/** The numbers of the signals that a process ignores. @param process its id, or `self` */
export function ignoredBy(process: string | number): Set<number> {
  try {
    const status = readFileSync(`/proc/${process}/status`, "latin1");
    const mask = BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
    const all = [...Array(64).keys()].map((index) => index + 1);
    return new Set(all.filter((number) => ((mask >> BigInt(number - 1)) & 1n) === 1n));
  } catch {
    return new Set();
  }
}

/** The numbers of the signals that this process ignored when it was asked for first: at its start. */
export const ignoredAtStart = lazy((): ReadonlySet<number> => ignoredBy("self"));

/** How a child ended is not kept where SIGCHLD is ignored, as by `trap '' CHLD`: every git would seem to fail. */
export function heedChildren(): void {
  if (ignoredAtStart().has(constants.signals.SIGCHLD)) process.on("SIGCHLD", () => undefined);
}
