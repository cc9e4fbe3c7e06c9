/** A queue of bytes in one buffer, which grows as needed. */
export class ByteQueue {
  #bytes = new Uint8Array(1 << 10);
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  append(bytes: Uint8Array): void {
    if (this.#to + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#to);
    this.#to += bytes.length;
  }

  /** Removes bytes from the front. */
  drop(count: number): void {
    this.#from += count;
    if (this.#from === this.#to) this.#from = this.#to = 0;
  }

  /** A view of the bytes from index `start` to before `end`, valid until the next change. */
  view(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(this.#from + start, this.#from + end);
  }

  #makeRoom(count: number): void {
    const kept = this.view(0, this.length);
    const needed = kept.length + count;
    if (needed * 2 <= this.#bytes.length) this.#bytes.copyWithin(0, this.#from, this.#to);
    else {
      const larger = new Uint8Array(needed * 2);
      larger.set(kept);
      this.#bytes = larger;
    }
    this.#from = 0;
    this.#to = kept.length;
  }
}
