import { fstatSync, readSync, writeSync } from "node:fs";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { enlargePipe, isEmptyPipe, POLLERR, POLLHUP, POLLIN, POLLOUT, PollSet } from "./poll.ts";

/** What a stream goes through; see {@link Redactor}, which is one. */
export interface Filter {
  /** How many bytes are held back. */
  readonly held: number;
  push(chunk: Uint8Array): Uint8Array;
  pause(): Uint8Array;
  end(): Uint8Array;
}

/** A stream from one descriptor through a filter to another. Neither is closed; a pipe may be made larger. */
export interface Stream {
  readonly input: number;
  readonly output: number;
  readonly filter: Filter;
  /** The output's name, for messages. */
  readonly name: string;
  /** The output is a terminal: {@link Filter.pause} is called, and when all is over a quiet input is at its end. */
  readonly interactive?: boolean;
  /** When the others are done, this one is not waited for. */
  readonly aside?: boolean;
  /** Called when nobody reads the output any more. */
  readonly onClosed?: () => void;
}

/** Large enough that the work, not the calls, takes the time, and small enough for a processor's second cache. */
const CHUNK = 1 << 18;

/** What a pipe takes that takes anything: PIPE_BUF. */
const ATOMIC = 1 << 12;

/** ms without input after which someone may be waiting for what is held back. */
const PAUSE = 50;

/** ms after which we look around, should a signal have come just before we began to wait. */
const LOOK = 250;

/** ms of work after which signals are looked for. */
const WORK = 20;

/**
 * Copies streams, several at once, until all are at their end. One thread waits for all of them, so none can
 * hold up another, and while it waits for nothing signals take effect.
 *
 * @param isOver whether what wrote to the streams has ended; others may still hold them
 * @throws PprotectError `file_error` when an output cannot be written for another reason than a closed end
 */
export async function pump(streams: readonly Stream[], isOver: () => boolean = () => false): Promise<void> {
  let open = streams.map((stream) => new OpenStream(stream));
  let looked = performance.now();
  while (open.some(({ stream }) => !stream.aside)) {
    const set = new PollSet(open.length * 2);
    const prepare = (): void => {
      for (const [index, each] of open.entries()) each.prepare(set, index * 2);
    };
    prepare();
    let ready = set.wait(0);
    if (!ready || performance.now() - looked > WORK) {
      await turn();
      looked = performance.now();
    }
    if (!ready) {
      const over = isOver();
      const quiet = over || open.some(({ awaitsPause }) => awaitsPause);
      prepare();
      const before = performance.now();
      ready = set.wait(quiet ? PAUSE : LOOK);
      if (!ready && quiet && performance.now() - before >= PAUSE - 1) {
        for (const each of open) each.quiet(over);
      }
    }
    if (ready) for (const [index, each] of open.entries()) each.work(set, index * 2);
    if (open.some(({ done }) => done)) open = open.filter(({ done }) => !done);
  }
}

/** Lets the runtime handle signals and ended children. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

const EMPTY = new Uint8Array(0);

class OpenStream {
  readonly stream: Stream;
  readonly #buffer = new Uint8Array(CHUNK);
  readonly #toFile: boolean;
  /** What an empty pipe takes; 0 for what is no pipe. */
  readonly #pipeSize: number;
  #pending: Uint8Array = EMPTY;
  #ended = false;
  #closed = false;
  #paused = false;

  constructor(stream: Stream) {
    this.stream = stream;
    this.#toFile = isFile(stream.output);
    enlargePipe(stream.input);
    this.#pipeSize = enlargePipe(stream.output);
  }

  get done(): boolean {
    return this.#closed || (this.#ended && this.#pending.length === 0);
  }

  get awaitsPause(): boolean {
    return this.stream.interactive === true && !this.#paused && this.stream.filter.held > 0;
  }

  prepare(set: PollSet, at: number): void {
    const waits = this.#pending.length > 0;
    set.set(at, waits ? undefined : this.stream.input, POLLIN);
    // Errors are told without being asked for: the reader may go away while there is nothing to write.
    set.set(at + 1, this.stream.output, waits ? POLLOUT : 0);
  }

  work(set: PollSet, at: number): void {
    if ((set.came(at + 1) & POLLERR) !== 0) this.#close();
    else if ((set.came(at + 1) & (POLLOUT | POLLHUP)) !== 0) this.#write(true);
    else if (set.came(at) !== 0) this.#read();
  }

  /** Nothing has come for {@link PAUSE} ms. */
  quiet(over: boolean): void {
    if (!this.stream.interactive || this.#pending.length > 0) return;
    if (over) this.#ended = true;
    this.#paused = true;
    this.#send(over ? this.stream.filter.end() : this.stream.filter.pause());
  }

  #read(): void {
    const length = readSome(this.stream.input, this.#buffer);
    if (length === undefined) return;
    this.#paused = false;
    this.#ended = length === 0;
    this.#send(
      this.#ended ? this.stream.filter.end() : this.stream.filter.push(this.#buffer.subarray(0, length)),
    );
  }

  #send(bytes: Uint8Array): void {
    this.#pending = bytes;
    this.#write(false);
  }

  /** Writes as much as goes without waiting. */
  #write(ready: boolean): void {
    for (let can = ready; this.#pending.length > 0 && (can || canWrite(this.stream.output)); can = false) {
      try {
        const written = writeSync(
          this.stream.output,
          this.#pending,
          0,
          Math.min(this.#pending.length, this.#room),
        );
        this.#pending = this.#pending.subarray(written);
      } catch (error) {
        if (errnoOf(error) === "EAGAIN") return;
        if (!CLOSED.has(errnoOf(error))) {
          this.#close();
          throw fileError("write to", this.stream.name, error);
        }
        this.#close();
        return;
      }
    }
  }

  /** How much can be written now without waiting. */
  get #room(): number {
    if (this.#toFile) return this.#pending.length;
    return this.#pipeSize > ATOMIC && this.#pending.length > ATOMIC && isEmptyPipe(this.stream.output)
      ? this.#pipeSize
      : ATOMIC;
  }

  #close(): void {
    this.#closed = true;
    this.#pending = EMPTY;
    this.stream.onClosed?.();
  }
}

/** EIO: the terminal is gone. */
const CLOSED: ReadonlySet<string> = new Set(["EPIPE", "EBADF", "EIO"]);

/** @returns how many bytes were read: 0 at the end; nothing when there was nothing after all */
function readSome(descriptor: number, buffer: Uint8Array): number | undefined {
  try {
    return readSync(descriptor, buffer, 0, buffer.length, null);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return undefined;
    // Nobody is at the other end of the terminal (EIO), or there was no input (EBADF).
    if (["EIO", "EBADF", "EOF"].includes(errnoOf(error))) return 0;
    throw fileError("read", "standard input", error);
  }
}

const one = new PollSet(1);

function canWrite(descriptor: number): boolean {
  one.set(0, descriptor, POLLOUT);
  return one.wait(0);
}

/** A file takes any length at once, and no pipe's reader can keep us waiting. */
function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
