import { openLibc } from "../../system/libc.ts";

/** What to wait for at a descriptor, and what came (poll(2)). */
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 16;

/** Bytes of a `struct pollfd`: the descriptor, what is waited for, what came. */
const SIZE = 8;

type Poll = (descriptors: Uint8Array, count: number, milliseconds: number) => number;
let poll: Poll | undefined;

function openPoll(): Poll {
  if (process.platform === "win32") return everythingIsReady;
  const libc = openLibc({ poll: { args: ["ptr", "u64", "int"], returns: "int" } });
  return (descriptors, count, milliseconds) => libc.poll(descriptors, count, milliseconds);
}

/** There is no poll here: reads and writes block, which with one stream comes to the same. */
const everythingIsReady: Poll = (descriptors, count) => {
  const view = new DataView(descriptors.buffer);
  for (let at = 0; at < count; at++) view.setInt16(at * SIZE + 6, view.getInt16(at * SIZE + 4, true), true);
  return count;
};

/** Descriptors to wait for together. */
export class PollSet {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
    this.#bytes = new Uint8Array(count * SIZE);
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Waits at the `at`th place for a descriptor, or for none. */
  set(at: number, descriptor: number | undefined, events: number): void {
    this.#view.setInt32(at * SIZE, descriptor ?? -1, true);
    this.#view.setInt16(at * SIZE + 4, events, true);
    this.#view.setInt16(at * SIZE + 6, 0, true);
  }

  /** What came at the `at`th place. */
  came(at: number): number {
    return this.#view.getInt16(at * SIZE + 6, true);
  }

  /**
   * Waits until something comes, a signal does, or the time is over.
   * @returns whether something came
   */
  wait(milliseconds: number): boolean {
    poll ??= openPoll();
    return poll(this.#bytes, this.#count, milliseconds) > 0;
  }
}

/** fcntl(2) and ioctl(2), as Linux has them. */
const F_SETPIPE_SZ = 1031;
const F_GETPIPE_SZ = 1032;
const FIONREAD = 0x541b;

/** What a pipe may hold without privileges, unless its user has many; see pipe(7). */
const PIPE_SIZE = 1 << 20;

const unread = new Int32Array(1);
let pipes: ReturnType<typeof openPipeFunctions> | undefined;

function openPipeFunctions() {
  return openLibc({
    fcntl: { args: ["int", "int", "int"], returns: "int" },
    ioctl: { args: ["int", "u64", "ptr"], returns: "int" },
  });
}

/**
 * Makes a pipe larger where the system allows it, so that those at its ends wait for each other less often.
 *
 * @returns how many bytes it takes when it is empty; 0 for what is no pipe. Known for Linux only
 */
export function enlargePipe(descriptor: number): number {
  if (process.platform !== "linux") return 0;
  pipes ??= openPipeFunctions();
  const size = pipes.fcntl(descriptor, F_GETPIPE_SZ, 0);
  if (size <= 0 || size >= PIPE_SIZE) return Math.max(0, size);
  return Math.max(size, pipes.fcntl(descriptor, F_SETPIPE_SZ, PIPE_SIZE));
}

/** Whether all that was written to a pipe has been read. */
export function isEmptyPipe(descriptor: number): boolean {
  pipes ??= openPipeFunctions();
  return pipes.ioctl(descriptor, FIONREAD, unread) === 0 && unread[0] === 0;
}
