/** Reads bytes that arrive in chunks, in pieces of a wanted length. */
export class ByteReader {
  readonly #source: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
  readonly #endedEarly: () => Promise<Error>;
  #chunks: Uint8Array[] = [];
  #length = 0;

  /** @param endedEarly makes the error for when the source ends before what was asked for */
  constructor(stream: ReadableStream<Uint8Array>, endedEarly: () => Promise<Error>) {
    this.#source = stream.getReader();
    this.#endedEarly = endedEarly;
  }

  /** The next `length` bytes. */
  async take(length: number): Promise<Uint8Array> {
    while (this.#length < length) await this.#receive();
    this.#length -= length;
    const [first] = this.#chunks;
    if (first && first.length > length) {
      this.#chunks[0] = first.subarray(length);
      return first.subarray(0, length);
    }
    return this.#join(length);
  }

  /** The next bytes, of one chunk or more, in one piece. What follows them is not copied. */
  #join(length: number): Uint8Array {
    let missing = length;
    let count = 0;
    for (const chunk of this.#chunks) {
      if (chunk.length > missing) break;
      missing -= chunk.length;
      count++;
    }
    const parts = this.#chunks.splice(0, count);
    const [next] = this.#chunks;
    if (next && missing > 0) {
      parts.push(next.subarray(0, missing));
      this.#chunks[0] = next.subarray(missing);
    }
    const [only] = parts;
    return only && parts.length === 1 ? only : Buffer.concat(parts);
  }

  /** All bytes up to and with the next `byte`. */
  async takeThrough(byte: number): Promise<Uint8Array> {
    for (let passed = 0, at = 0; ; at++) {
      while (at >= this.#chunks.length) await this.#receive();
      const chunk = this.#chunks[at] ?? new Uint8Array();
      const found = chunk.indexOf(byte);
      if (found !== -1) return this.take(passed + found + 1);
      passed += chunk.length;
    }
  }

  /** Passes over the next `length` bytes, which are not kept. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.#length === 0) await this.#receive();
      const part = Math.min(left, this.#chunks[0]?.length ?? 0);
      await this.take(part);
      left -= part;
    }
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#source.read();
    if (done || !value) throw await this.#endedEarly();
    if (value.length === 0) return;
    this.#chunks.push(value);
    this.#length += value.length;
  }
}
