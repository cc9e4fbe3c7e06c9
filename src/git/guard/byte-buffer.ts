const LINE_FEED = 10;
const SIZE = 64 * 1024;

/** Collects lines. What it returns are parts of a larger buffer, which is replaced when it is full. */
export class ByteBuffer {
  #bytes = Buffer.allocUnsafeSlow(SIZE);
  /** Where the lines start and end that are not taken. */
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Adds a part of `bytes`, and a line feed. */
  addLine(bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start + 1);
    // A loop is faster than a copy for the length of most lines.
    for (let at = start; at < end; at++) this.#bytes[this.#end++] = bytes[at] ?? 0;
    this.#bytes[this.#end++] = LINE_FEED;
  }

  /**
   * Adds whole lines that begin with a mark, without it.
   *
   * @param start where the first one begins in `bytes`
   * @param most the most lines to add
   * @returns how many were added, and where the line after them begins
   */
  addMarked(
    bytes: Uint8Array,
    start: number,
    mark: number,
    most: number,
  ): { readonly count: number; readonly next: number } {
    this.#reserve(bytes.length - start);
    const into = this.#bytes;
    const { length } = bytes;
    let count = 0;
    let next = start;
    let to = this.#end;
    while (count < most && bytes[next] === mark) {
      let at = next + 1;
      while (at < length && bytes[at] !== LINE_FEED) into[to++] = bytes[at++] as number;
      if (at === length) break;
      into[to++] = LINE_FEED;
      this.#end = to;
      next = at + 1;
      count++;
    }
    return { count, next };
  }

  /** What was collected. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#start, this.#end);
    this.clear();
    return taken;
  }

  clear(): void {
    this.#start = this.#end;
  }

  #reserve(more: number): void {
    const { length } = this;
    if (this.#end + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(length + more, 2 * length, SIZE));
    larger.set(this.#bytes.subarray(this.#start, this.#end));
    this.#bytes = larger;
    this.#start = 0;
    this.#end = length;
  }
}
