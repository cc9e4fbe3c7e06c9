import type { StoreData } from "../../store/store-data.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";
import { readStore } from "./format-rules.ts";

/** Reads the stores of the version that is checked. Each content is parsed once, and each path looked up once a version. */
export class StoresOfVersion {
  readonly #blobs: BlobReader;
  readonly #limit: number;
  readonly #parsed = new Map<string, StoreData | undefined>();
  #prefix = "";
  #found = new Map<string, Promise<StoreData | undefined>>();

  /** @param limit of a store, in bytes; a larger one is as if there was none */
  constructor(blobs: BlobReader, limit = MAX_FILE_BYTES) {
    this.#blobs = blobs;
    this.#limit = limit;
  }

  /**
   * @param prefix what git puts before the path of a file of the version: `:` for the index, or `COMMIT:`
   * @returns nothing where there is no store, or none that can be read
   */
  read(prefix: string, path: string): Promise<StoreData | undefined> {
    if (prefix !== this.#prefix) {
      this.#prefix = prefix;
      this.#found = new Map();
    }
    let store = this.#found.get(path);
    if (!store) {
      store = this.#blobs
        .read(prefix + path, this.#limit + 1)
        .then((bytes) => (bytes && bytes.length <= this.#limit ? this.#parse(path, bytes) : undefined));
      this.#found.set(path, store);
    }
    return store;
  }

  #parse(path: string, bytes: Uint8Array): StoreData | undefined {
    const key = `${path} ${Bun.hash(bytes)}`;
    if (!this.#parsed.has(key)) this.#parsed.set(key, readStore(path, bytes).store);
    return this.#parsed.get(key);
  }
}
