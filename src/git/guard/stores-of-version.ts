import { sha256Hex } from "../../crypto/runtime-crypto.ts";
import type { StoreData } from "../../store/store-data.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";
import { readStore } from "./format-rules.ts";

/** As many stores are kept. */
const MOST_KEPT = 32;

/** Reads the stores of the version that is checked. A content is parsed once for neighbouring versions, and each path looked up once a version. */
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
    // Not a shorter hash: anyone can write a store that has that of another one.
    const key = `${sha256Hex(bytes)} ${path}`;
    if (this.#parsed.has(key)) return this.#parsed.get(key);
    const store = readStore(path, bytes).store;
    const [oldest] = this.#parsed.keys();
    if (oldest !== undefined && this.#parsed.size >= MOST_KEPT) this.#parsed.delete(oldest);
    this.#parsed.set(key, store);
    return store;
  }
}
