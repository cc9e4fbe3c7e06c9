import { isTerminal } from "../../system/terminal.ts";
import { writeError } from "./output.ts";

/** ms between two updates of the line. */
const INTERVAL = 100;

/** A line of progress, shown only at a terminal that is not dumb. */
export class Progress {
  readonly #what: string;
  readonly #wanted = isTerminal(2) && process.env.TERM !== "dumb";
  #next: number;
  #shown = false;

  /**
   * @param what is done to how many, such as `checking commit`
   * @param after ms before the line is first shown: work that is done by then shows none
   */
  constructor(what: string, after = 0) {
    this.#what = what;
    this.#next = Date.now() + after;
  }

  show(done: number, total: number): void {
    const now = Date.now();
    if (!this.#wanted || now < this.#next) return;
    this.#next = now + INTERVAL;
    this.#shown = true;
    writeError(`\r\x1b[K${this.#what} ${done} of ${total}`);
  }

  clear(): void {
    if (this.#shown) writeError("\r\x1b[K");
    this.#shown = false;
  }
}
