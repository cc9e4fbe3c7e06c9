import { closeSync, read } from "node:fs";
import { encodeUtf8 } from "../../common/utf8.ts";
import type { StartState } from "../process/start-state.ts";
import { closeAll, openPipe } from "../pty/terminal.ts";

/** The variable with the number of the descriptor that is closed when the program starts: not one for users. */
const START_VARIABLE = "_PPROTECT_START_FD";

/** For the process that supervises: what its child is started with, and when the program starts. */
export interface AwaitedStart {
  readonly start: StartState;
  /** Settles when the program starts, or the child has ended. */
  readonly started: Promise<void>;
}

/**
 * Has a child that runs this program say when it starts its own program, so that the time for a passphrase does not count:
 * it inherits the end of a pipe, and closes it then.
 */
export function awaitStart(start: StartState): AwaitedStart {
  const [input, output] = openPipe();
  return {
    start: {
      ...start,
      variables: [...start.variables, encodeUtf8(`${START_VARIABLE}=${output}`)],
      descriptors: [...start.descriptors, output],
    },
    started: new Promise((resolve) => {
      read(input, Buffer.alloc(1), 0, 1, null, () => {
        closeAll([input]);
        resolve();
      });
    }),
  };
}

/** For that child: what its program gets, and how to say that it starts. */
export interface NotifiedStart {
  readonly start: StartState;
  readonly notify: () => void;
}

/** Takes what {@link awaitStart} has added out of what this process was started with. */
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
