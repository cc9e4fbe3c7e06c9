import { closeSync } from "node:fs";
import type { StartState } from "./start-state.ts";

/**
 * The variable with the number of the descriptor that is closed when the program starts: between a process that supervises
 * and its child, not one for users.
 */
export const START_VARIABLE = "_PPROTECT_START_FD";

/** What a program gets, and how to say that it starts. */
export interface NotifiedStart {
  readonly start: StartState;
  readonly notify: () => void;
}

/** Takes what the supervising process has added (`awaitStart`) out of what this process was started with. */
export function takeStartNotice(start: StartState): NotifiedStart {
  const number = Number(process.env[START_VARIABLE]);
  if (!start.descriptors.includes(number)) return { start, notify: () => undefined };
  delete process.env[START_VARIABLE];
  let open = true;
  return {
    start: {
      ...start,
      variables: start.variables.filter((each) => !isNotice(each)),
      descriptors: start.descriptors.filter((each) => each !== number),
    },
    notify() {
      if (open) closeSync(number);
      open = false;
    },
  };
}

function isNotice(variable: Uint8Array): boolean {
  return Buffer.from(variable).toString("latin1").startsWith(`${START_VARIABLE}=`);
}
