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
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const bytes = all ?? new Uint8Array();
    this.#chunks = [bytes.subarray(length)];
    this.#length -= length;
    return bytes.subarray(0, length);
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
      const part = Math.min(left, this.#length);
      await this.take(part);
      left -= part;
    }
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#source.read();
    if (done || !value) throw await this.#endedEarly();
    this.#chunks.push(value);
    this.#length += value.length;
  }
}
