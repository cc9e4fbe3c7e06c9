import { lazy } from "../../common/lazy.ts";
import { canCallLibc, openLibc } from "../../system/libc.ts";

/** Events of poll(2). */
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;
export const POLLNVAL = 32;

/** Bytes of a `struct pollfd`: descriptor (4), requested events (2), returned events (2). */
const SIZE = 8;

type Poll = (descriptors: Uint8Array, count: number, milliseconds: number) => number;

const poll = lazy((): Poll => {
  if (!canCallLibc()) return everythingIsReady;
  const libc = openLibc({ poll: { args: ["ptr", "u64", "int"], returns: "int" } });
  return (descriptors, count, milliseconds) => libc.poll(descriptors, count, milliseconds);
});

/** Windows has no poll(2), and without a JIT it cannot be called. Reads and writes block, which makes no difference for a single stream. */
const everythingIsReady: Poll = (descriptors, count) => {
  const view = new DataView(descriptors.buffer);
  for (let at = 0; at < count; at++) view.setInt16(at * SIZE + 6, view.getInt16(at * SIZE + 4, true), true);
  return count;
};

/** A set of descriptors to wait for. */
export class PollSet {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
    this.#bytes = new Uint8Array(count * SIZE);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Sets the descriptor at index `at`, or none, and the events to wait for. */
  set(at: number, descriptor: number | undefined, events: number): void {
    this.#view.setInt32(at * SIZE, descriptor ?? -1, true);
    this.#view.setInt16(at * SIZE + 4, events, true);
    this.#view.setInt16(at * SIZE + 6, 0, true);
  }

  /** The events that occurred at index `at`. */
  events(at: number): number {
    return this.#view.getInt16(at * SIZE + 6, true);
  }

  /**
   * Waits for an event, a signal, or the timeout.
   * @returns whether there was an event
   */
  wait(milliseconds: number): boolean {
    return poll()(this.#bytes, this.#count, milliseconds) > 0;
  }
}

/** fcntl(2) and ioctl(2) on Linux. */
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;
const FIONREAD = 0x541b;

/** The largest pipe in bytes without privileges (pipe(7), /proc/sys/fs/pipe-max-size). */
const PIPE_SIZE = 1 << 20;

const unread = new Int32Array(1);
const pipes = lazy(() =>
  openLibc({
    fcntl: { args: ["int", "int", "int"], returns: "int" },
    ioctl: { args: ["int", "u64", "ptr"], returns: "int" },
  }),
);

/**
 * Enlarges a pipe if the system allows it, so that reader and writer wait for each other less often. Linux only.
 * @returns the pipe's capacity in bytes; 0 when the descriptor is not a pipe
 */
export function enlargePipe(descriptor: number): number {
  if (process.platform !== "linux" || !canCallLibc()) return 0;
  const size = pipes().fcntl(descriptor, F_GETPIPE_SZ, 0);
  if (size <= 0 || size >= PIPE_SIZE) return Math.max(0, size);
  return Math.max(size, pipes().fcntl(descriptor, F_SETPIPE_SZ, PIPE_SIZE));
}

/** Whether everything that was written to a pipe has been read. */
export function isEmptyPipe(descriptor: number): boolean {
  return pipes().ioctl(descriptor, FIONREAD, unread) === 0 && unread[0] === 0;
}
