import { closeSync, readSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import type { StartState } from "./start-state.ts";

/**
 * The variable with the numbers of two descriptors, between a process that supervises and its child, not one for users:
 * one that is closed when the program starts, and one from which a byte is read before that.
 */
export const START_VARIABLE = "_PPROTECT_START_FD";

/** What a program gets, and how to say that it starts. */
export interface NotifiedStart {
  readonly start: StartState;
  /** @throws PprotectError `environment` when the supervising process has ended before it could see to the program's end */
  readonly notify: () => void;
}

/**
 * Takes what the supervising process has added (`awaitStart`) out of what this process was started with. No program
 * inherits the variable, whatever it holds.
 */
export function takeStartNotice(inherited: StartState): NotifiedStart {
  const own = (process.env[START_VARIABLE] ?? "").split(",").map(Number);
  const start = { ...inherited, variables: inherited.variables.filter((each) => !isNotice(each)) };
  delete process.env[START_VARIABLE];
  const [notice, permission] = own;
  if (
    notice === undefined ||
    permission === undefined ||
    !own.every((each) => start.descriptors.includes(each))
  )
    return { start, notify: () => undefined };
  let waiting = true;
  return {
    start: { ...start, descriptors: start.descriptors.filter((each) => !own.includes(each)) },
    notify() {
      if (!waiting) return;
      waiting = false;
      const isAllowed = readSync(permission, new Uint8Array(1)) > 0;
      for (const each of own) closeSync(each);
      if (isAllowed) return;
      throw new PprotectError(
        "environment",
        "the program was not started: the pprotect that was to end it was killed",
      );
    },
  };
}

function isNotice(variable: Uint8Array): boolean {
  return Buffer.from(variable).toString("latin1").startsWith(`${START_VARIABLE}=`);
}
