import { sha256Hex } from "../../crypto/runtime-crypto.ts";
import type { StoreData } from "../../store/store-data.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { FileChange } from "./diff-parser.ts";
import { readStore } from "./format-rules.ts";
import type { Subject } from "./subject.ts";

/** As many stores are kept. */
const MOST_KEPT = 32;

/** As many paths are known of a version. */
const MOST_PATHS = 1024;

type Version = Pick<Subject, "prefix" | "parents">;

/**
 * Reads the stores of the version that is checked. A content is parsed once for neighbouring versions, and each path looked up
 * once, until a version changes it.
 */
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
   * Says which version is read next. Of one whose first parent was the last one, only what it changes is looked up again.
   * @param changed what it changes against its first parent
   */
  advance({ prefix, parents: [parent] }: Version, changed: Iterable<FileChange>): void {
    if (`${parent}:` !== this.#prefix || this.#found.size > MOST_PATHS) this.#found = new Map();
    this.#prefix = prefix;
    if (this.#found.size === 0) return;
    for (const { path, oldPath } of changed) {
      this.#found.delete(path);
      this.#found.delete(oldPath);
    }
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
