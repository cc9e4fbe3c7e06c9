import { fstatSync, readSync, writeSync } from "node:fs";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { enlargePipe, isEmptyPipe, POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, PollSet } from "./poll.ts";

/** A transformation of a stream of bytes, such as a Redactor. */
export interface Filter {
  /** Number of bytes that are held back. */
  readonly held: number;
  push(chunk: Uint8Array): Uint8Array;
  pause(): Uint8Array;
  end(): Uint8Array;
}

/** A stream from one descriptor, through a filter, to another. Neither is closed; a pipe may be enlarged. */
export interface Stream {
  readonly input: number;
  readonly output: number;
  readonly filter: Filter;
  /** The output's name, for messages. */
  readonly name: string;
  /** The output is a terminal: once the child has exited, an idle input counts as EOF. */
  readonly interactive?: boolean;
  /** Do not wait for the end of this stream when all others have ended. */
  readonly background?: boolean;
  /** Called when the output's reader has closed it. */
  readonly onClosed?: () => void;
}

/** Bytes per read: enough to make the cost of system calls small, and fits a processor's L2 cache. */
const CHUNK = 1 << 18;

/** PIPE_BUF: a pipe that is writable takes at least this many bytes without blocking. */
const ATOMIC = 1 << 12;

/** ms without input after which a user at a terminal, or the reader of a pipe, may be waiting for what is held back. */
const PAUSE = 50;
const PIPE_PAUSE = 100;

/** ms: upper bound on poll(2), since a signal that arrives just before poll() would otherwise be missed. */
const MAX_WAIT = 250;

/** ms of copying after which the event loop gets a turn, to deliver signals. */
const MAX_WORK = 20;

/**
 * Copies several streams at once until all have ended. Waits for all of them together, so that none blocks another.
 *
 * @param isOver whether the child has exited; other processes may still have the streams open
 * @throws PprotectError `file_error` when an output cannot be written; a reader that closed it is not an error
 */
export async function pump(streams: readonly Stream[], isOver: () => boolean = () => false): Promise<void> {
  let open = streams.map((stream) => new OpenStream(stream));
  let lastTurn = performance.now();
  while (open.some(({ stream }) => !stream.background)) {
    const set = new PollSet(open.length * 2);
    const prepare = (): void => {
      for (const [index, each] of open.entries()) each.prepare(set, index * 2);
    };
    prepare();
    let ready = set.wait(0);
    if (!ready || performance.now() - lastTurn > MAX_WORK) {
      await turn();
      lastTurn = performance.now();
    }
    if (!ready) {
      const over = isOver();
      prepare();
      const before = performance.now();
      ready = set.wait(Math.ceil(Math.min(over ? PAUSE : MAX_WAIT, ...open.map((each) => each.untilPause))));
      if (!ready && over && performance.now() - before >= PAUSE - 1) {
        for (const each of open) each.end();
      }
    }
    if (ready) for (const [index, each] of open.entries()) each.work(set, index * 2);
    for (const each of open) each.pauseIfDue();
    if (open.some(({ done }) => done)) open = open.filter(({ done }) => !done);
  }
}

/** Lets the event loop handle signals and exited children. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * What poll(2) reports of an output that nobody reads any more: a pipe (POLLERR), a socket or a terminal (POLLHUP: Node
 * and Bun give their children sockets), or one that was closed here.
 */
const READER_GONE = POLLERR | POLLHUP | POLLNVAL;

const EMPTY = new Uint8Array(0);

class OpenStream {
  readonly stream: Stream;
  readonly #buffer = new Uint8Array(CHUNK);
  readonly #toFile: boolean;
  /** The capacity of the output pipe; 0 if it is not a pipe. */
  readonly #pipeSize: number;
  #pending: Uint8Array = EMPTY;
  #ended = false;
  #closed = false;
  /** When the last input came, or the last output was written. */
  #idleSince = 0;
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

  /** ms until {@link Filter.pause} is due, if no input comes. What is held back from a file can wait. */
  get untilPause(): number {
    const isWaiting =
      !this.#toFile && !this.#paused && this.#pending.length === 0 && this.stream.filter.held > 0;
    if (!isWaiting) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#idleSince + (this.stream.interactive ? PAUSE : PIPE_PAUSE) - performance.now());
  }

  prepare(set: PollSet, at: number): void {
    const waits = this.#pending.length > 0;
    set.set(at, waits ? undefined : this.stream.input, POLLIN);
    // POLLERR and POLLHUP are always reported: we notice when the reader closes, even with nothing to write.
    set.set(at + 1, this.stream.output, waits ? POLLOUT : 0);
  }

  work(set: PollSet, at: number): void {
    const output = set.events(at + 1);
    if ((output & READER_GONE) !== 0) this.#close();
    else if ((output & POLLOUT) !== 0) this.#write(true);
    else if (set.events(at) !== 0) this.#read();
  }

  /** Calls {@link Filter.pause} once after a time without input. */
  pauseIfDue(): void {
    if (this.untilPause > 0) return;
    this.#paused = true;
    this.#send(this.stream.filter.pause());
  }

  /** Ends a terminal's stream, which has been idle since the child exited. */
  end(): void {
    if (!this.stream.interactive || this.#pending.length > 0) return;
    this.#ended = true;
    this.#send(this.stream.filter.end());
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

  /** Writes as much as possible without blocking. */
  #write(ready: boolean): void {
    this.#idleSince = performance.now();
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

  /** Number of bytes that can be written without blocking. */
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

/** The reader has closed the output. EIO: the terminal was closed. */
const CLOSED: ReadonlySet<string> = new Set(["EPIPE", "EBADF", "EIO"]);

/** @returns the number of bytes read; 0 at the end; `undefined` when there is no input yet */
function readSome(descriptor: number, buffer: Uint8Array): number | undefined {
  try {
    return readSync(descriptor, buffer, 0, buffer.length, null);
  } catch (error) {
    if (errnoOf(error) === "EAGAIN") return undefined;
    // The other end of the terminal is closed (EIO), or the input is (EBADF).
    if (["EIO", "EBADF", "EOF"].includes(errnoOf(error))) return 0;
    throw fileError("read", "standard input", error);
  }
}

const one = new PollSet(1);

function canWrite(descriptor: number): boolean {
  one.set(0, descriptor, POLLOUT);
  return one.wait(0);
}

/** Writes to a regular file never block. */
function isFile(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFile();
  } catch {
    return false;
  }
}
