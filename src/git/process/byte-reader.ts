import { bufferOf } from "../../common/buffer-of.ts";

/** Reads bytes that arrive in chunks, in pieces of a wanted length. */
export class ByteReader {
  readonly #source: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
  readonly #endedEarly: () => Promise<Error>;
  /** What has arrived and was not taken: the rest of a chunk from {@link #at} on, and the chunks after it. */
  #chunk: Uint8Array = new Uint8Array();
  #at = 0;
  #more: Uint8Array[] = [];
  #length = 0;

  /** @param endedEarly makes the error for when the source ends before what was asked for */
  constructor(stream: ReadableStream<Uint8Array>, endedEarly: () => Promise<Error>) {
    this.#source = stream.getReader();
    this.#endedEarly = endedEarly;
  }

  /** The next `length` bytes; at once, when they have arrived. */
  take(length: number): Uint8Array | Promise<Uint8Array> {
    return this.#length < length ? this.#takeLater(length) : this.#taken(length);
  }

  /** All bytes up to and with the next `byte`, or the last of the next ones; at once, when they have arrived. */
  takeThrough(byte: number, times = 1): Uint8Array | Promise<Uint8Array> {
    let end = this.#at;
    for (let left = times; left > 0; left--) {
      const found = this.#chunk.indexOf(byte, end);
      if (found === -1) return this.#takeThroughLater(byte, times);
      end = found + 1;
    }
    return this.#taken(end - this.#at);
  }

  /** Passes over the next `length` bytes, which are not kept. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; ) {
      if (this.#length === 0) await this.#receive();
      const part = Math.min(left, this.#length);
      this.#drop(part);
      left -= part;
    }
  }

  async #takeLater(length: number): Promise<Uint8Array> {
    while (this.#length < length) await this.#receive();
    return this.#taken(length);
  }

  async #takeThroughLater(byte: number, times: number): Promise<Uint8Array> {
    let left = times;
    let passed = 0;
    let chunk = this.#chunk.subarray(this.#at);
    for (let next = 0; ; next++) {
      for (let found = chunk.indexOf(byte); found !== -1; found = chunk.indexOf(byte, found + 1))
        if (--left === 0) return this.#taken(passed + found + 1);
      passed += chunk.length;
      while (next >= this.#more.length) await this.#receive();
      chunk = this.#more[next] ?? new Uint8Array();
    }
  }

  /** Bytes that have arrived. */
  #taken(length: number): Uint8Array {
    if (this.#at + length > this.#chunk.length) {
      this.#chunk = Buffer.concat([this.#chunk.subarray(this.#at), ...this.#more]);
      this.#at = 0;
      this.#more = [];
    }
    const start = this.#at;
    this.#at += length;
    this.#length -= length;
    return this.#chunk.subarray(start, this.#at);
  }

  /** Passes over bytes that have arrived. */
  #drop(length: number): void {
    this.#at += length;
    this.#length -= length;
    while (this.#at >= this.#chunk.length && this.#more.length > 0) {
      this.#at -= this.#chunk.length;
      this.#chunk = this.#more.shift() ?? new Uint8Array();
    }
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#source.read();
    if (done || !value) throw await this.#endedEarly();
    this.#more.push(bufferOf(value));
    this.#length += value.length;
  }
}
