import { constants, openSync, readSync, writeSync } from "node:fs";
import { Readable } from "node:stream";
import { ReadStream } from "node:tty";
import { wipe } from "../../crypto/bytes.ts";
import { errnoOf } from "../../system/file-error.ts";

/** ms between two looks at the keys that were typed. */
export const LOOK = 10;

/**
 * The keys of the controlling terminal (tty(4)), for questions where standard input is data. The runtime's own stream
 * would read in a thread, which cannot be stopped before the next key.
 */
export class ControllingTerminal extends Readable {
  readonly isTTY = true;
  readonly #descriptor: number;
  /** Only sets the terminal's mode: what is not read from has no thread. */
  readonly #modes: ReadStream;
  #looking: Timer | undefined;

  /** @throws Error when this process has no controlling terminal */
  constructor() {
    super();
    this.#descriptor = openSync("/dev/tty", constants.O_RDWR | constants.O_NONBLOCK | constants.O_NOCTTY);
    this.#modes = new ReadStream(this.#descriptor);
  }

  setRawMode(raw: boolean): this {
    this.#modes.setRawMode(raw);
    return this;
  }

  /** Shows a text. */
  show(text: string): void {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(this.#descriptor, bytes, at);
      } catch (error) {
        if (errnoOf(error) !== "EAGAIN") return;
        Bun.sleepSync(1);
      }
    }
  }

  override _read(): void {
    this.#looking ??= setInterval(() => this.#look(), LOOK);
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    clearInterval(this.#looking);
    this.#modes.destroy();
    done(error);
  }

  #look(): void {
    const keys = Buffer.alloc(256);
    try {
      const length = readSync(this.#descriptor, keys);
      // The line editor keeps what it is given, so it gets a copy.
      this.push(length === 0 ? null : Buffer.from(keys.subarray(0, length)));
    } catch (error) {
      if (errnoOf(error) !== "EAGAIN") this.push(null);
    } finally {
      wipe(keys);
    }
  }
}
