const LINE_FEED = 10;
const FIRST_SIZE = 64 * 1024;

/** Collects lines. Its memory is used again for the next ones. */
export class ByteBuffer {
  #bytes = Buffer.allocUnsafe(FIRST_SIZE);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds a part of `bytes`, and a line feed. */
  addLine(bytes: Uint8Array, start: number, end: number): void {
    const needed = this.#length + end - start + 1;
    if (needed > this.#bytes.length) this.#grow(needed);
    // A loop is faster than a copy for the length of most lines.
    for (let at = start; at < end; at++) this.#bytes[this.#length++] = bytes[at] ?? 0;
    this.#bytes[this.#length++] = LINE_FEED;
  }

  /** What was collected, in memory of its own. */
  take(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.#bytes, 0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #grow(needed: number): void {
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}
