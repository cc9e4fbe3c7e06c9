import { runLater, startHelper, stopHelper } from "../process/helper-process.ts";
import { CONTINUER_WORD } from "../process/helper-words.ts";

/** A process that continues this one later. */
export interface Continuer {
  readonly pid: number;
  readonly stop: () => void;
}

/**
 * Starts a process that continues this one after a time, in case it is stopped: nothing else might continue it then, and it has
 * a program to end. It ends with this process.
 *
 * @param ms rounded up to seconds
 * @returns `undefined` where it cannot be started
 */
export function startContinuer(ms: number): Continuer | undefined {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  try {
    const { pid } = startHelper([CONTINUER_WORD, String(process.pid), String(seconds)]);
    return { pid, stop: () => stopHelper(pid) };
  } catch {
    return undefined;
  }
}

/**
 * Runs in the process that continues another one.
 * @param args the process id of that, which is its parent, and the seconds to wait
 */
export function continueLater([parent = "", seconds = ""]: readonly string[]): never {
  return runLater(Number(parent), Number(seconds), 'kill -CONT "$1"', [parent]);
}
