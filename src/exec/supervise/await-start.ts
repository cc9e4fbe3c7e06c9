import { read, writeSync } from "node:fs";
import { encodeUtf8 } from "../../common/utf8.ts";
import { START_VARIABLE } from "../process/start-notice.ts";
import type { StartState } from "../process/start-state.ts";
import { closeAll, openPipe } from "../pty/terminal.ts";

/** What a child is started with, and when its program starts. */
export interface AwaitedStart {
  readonly start: StartState;
  /** The end of a pipe that is closed then: another process may inherit it before {@link started} settles. */
  readonly notice: number;
  /** Settles when the program starts, or the child has ended. */
  readonly started: Promise<void>;
  /** Lets the program start. If this process ends before that, the program never starts. */
  readonly allow: () => void;
}

/**
 * Has a child that runs this program say when it starts its own program, so that the time for a passphrase does not count:
 * it inherits the end of a pipe, and closes it then. From another pipe it reads that it may.
 */
export function awaitStart(start: StartState): AwaitedStart {
  const [input, output] = openPipe();
  const [permission, allowing] = openPipe();
  return {
    start: {
      ...start,
      variables: [...start.variables, encodeUtf8(`${START_VARIABLE}=${output},${permission}`)],
      descriptors: [...start.descriptors, output, permission],
    },
    notice: input,
    started: new Promise((resolve) => {
      read(input, Buffer.alloc(1), 0, 1, null, () => {
        closeAll([input]);
        resolve();
      });
    }),
    allow() {
      try {
        writeSync(allowing, ALLOWED);
      } catch {
        // The child has ended.
      }
      closeAll([allowing]);
    },
  };
}

const ALLOWED = Uint8Array.of(1);
