/** Who scans a file. */
const FREE = 0;
const CLAIMED = 1;

/** Which files are taken by one of two threads, in memory that they share. */
export class Claims {
  readonly memory: SharedArrayBuffer;
  readonly #states: Int32Array;

  /** @param memory of {@link Claims.memoryFor} */
  constructor(memory: SharedArrayBuffer) {
    this.memory = memory;
    this.#states = new Int32Array(memory);
  }

  static memoryFor(files: number): SharedArrayBuffer {
    return new SharedArrayBuffer(files * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Takes a file. @returns whether the other thread had not taken it */
  take(index: number): boolean {
    return Atomics.compareExchange(this.#states, index, FREE, CLAIMED) === FREE;
  }
}
