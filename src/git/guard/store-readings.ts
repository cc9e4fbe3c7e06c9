import { KnownVersion } from "../../store/format/known-version.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import { BlobsAhead } from "../process/blobs-ahead.ts";
import type { BlobReader } from "../process/cat-file.ts";
import { readStore, type StoreReading } from "./format-rules.ts";

/** Of the versions that are kept, besides the last one: how many, and the bytes of their files or logs. */
const MOST_KEPT = 64;
const MOST_BYTES = 16 * 1024 * 1024;

/** One version of a store, and the size of its file in bytes. */
interface Version {
  readonly reading: StoreReading;
  readonly size: number;
}

/**
 * Reads versions of stores by their ids, and keeps the last ones: in a history, what one commit wrote is what the next one
 * changes. Of an audit log that continues the one before it, only the new entries are parsed.
 */
export class StoreReadings {
  readonly #blobs: BlobsAhead;
  readonly #limit: number;
  readonly #kept = new Map<string, Version>();
  #bytes = 0;
  /** The version of each path that was read last. */
  readonly #last = new Map<string, KnownVersion>();

  /** @param limit of a store, in bytes: a larger one is not parsed */
  constructor(blobs: BlobReader, limit = MAX_FILE_BYTES) {
    this.#blobs = new BlobsAhead(blobs, limit + 1);
    this.#limit = limit;
  }

  /** Says that a version will be read soon: git looks for it meanwhile. */
  expect(path: string, id: string): void {
    if (!this.#kept.has(keyOf(path, id))) this.#blobs.expect(id);
  }

  /**
   * @param path the path that findings name
   * @param id of the blob
   * @returns `too-large`, or `undefined` when the repository has no such blob
   * @throws PprotectError `git_failed`
   */
  async read(path: string, id: string): Promise<StoreReading | "too-large" | undefined> {
    const key = keyOf(path, id);
    const known = this.#kept.get(key);
    if (known) {
      // The one that was used last is dropped last.
      this.#kept.delete(key);
      this.#kept.set(key, known);
      this.#blobs.drop(id);
      return known.reading;
    }
    const bytes = await this.#blobs.read(id);
    if (!bytes) return undefined;
    if (bytes.length > this.#limit) return "too-large";
    const reading = readStore(path, bytes, this.#lastOf(path));
    this.#keep(key, { reading, size: bytes.length });
    return reading;
  }

  #keep(key: string, version: Version): void {
    this.#kept.set(key, version);
    this.#bytes += version.size;
    for (const [oldest, { size }] of this.#kept) {
      if (oldest === key || (this.#kept.size <= MOST_KEPT && this.#bytes <= MOST_BYTES)) break;
      this.#kept.delete(oldest);
      this.#bytes -= size;
    }
  }

  #lastOf(path: string): KnownVersion {
    const known = this.#last.get(path) ?? new KnownVersion();
    this.#last.delete(path);
    this.#last.set(path, known);
    let bytes = 0;
    for (const each of this.#last.values()) bytes += each.size;
    for (const [oldest, { size }] of this.#last) {
      if (oldest === path || (this.#last.size <= MOST_KEPT && bytes <= MOST_BYTES)) break;
      this.#last.delete(oldest);
      bytes -= size;
    }
    return known;
  }
}

function keyOf(path: string, id: string): string {
  return `${id} ${path}`;
}
