import type { BlobReader } from "./cat-file.ts";

/** The most blobs that are asked for before they are needed: about as many as git lists in one chunk of its output. */
const MOST = 256;
/** Bytes of each that are read ahead: nearly all stores are shorter, and longer ones do not fill the memory. */
const SHORT = 64 * 1024;

/** Reads blobs by their ids, some of them ahead: git looks for the next ones while the last ones are checked. */
export class BlobsAhead {
  readonly #blobs: BlobReader;
  readonly #limit: number;
  readonly #short: number;
  readonly #asked = new Map<string, Promise<Uint8Array | undefined>>();

  /** @param limit as of {@link BlobReader.read} */
  constructor(blobs: BlobReader, limit: number) {
    this.#blobs = blobs;
    this.#limit = limit;
    this.#short = Math.min(SHORT, limit);
  }

  /** Asks git for a blob that will be read or dropped. Does nothing if too many were asked for. */
  expect(id: string): void {
    if (this.#asked.size >= MOST || this.#asked.has(id)) return;
    const answer = this.#blobs.read(id, this.#short);
    // It fails when it is waited for.
    answer.catch(() => undefined);
    this.#asked.set(id, answer);
  }

  /** As {@link BlobReader.read}. */
  async read(id: string): Promise<Uint8Array | undefined> {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    const bytes = await asked;
    return asked && bytes?.length !== this.#short ? bytes : this.#blobs.read(id, this.#limit);
  }

  /** Forgets a blob that was expected and is not needed after all. */
  drop(id: string): void {
    this.#asked.delete(id);
  }
}
