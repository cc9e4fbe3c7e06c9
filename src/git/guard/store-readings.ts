import { KnownVersion } from "../../store/format/known-version.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import { isBlob } from "../process/blob-id.ts";
import { BlobsAhead } from "../process/blobs-ahead.ts";
import type { BlobReader } from "../process/cat-file.ts";
import { canonicalReading, readStore, type StoreReading } from "./format-rules.ts";
import type { StorePatch } from "./store-patches.ts";

/** Of the versions that are kept, besides the last one: how many, and the bytes of their files or texts. */
const MOST_KEPT = 256;
const MOST_BYTES = 16 * 1024 * 1024;

/** One version of a store, and the size of its file in bytes. */
interface Version {
  readonly reading: StoreReading;
  readonly size: number;
}

const NO_BLOB = /^0+$/;

/**
 * Reads versions of stores by their ids, and keeps the last ones: in a history, what one commit wrote is what the next one
 * changes. Where the diff to a known version is known too, git is not asked for the other: its text is made from both, and
 * has to have the wanted id. Of an audit log that continues the one before it, only the new entries are parsed.
 */
export class StoreReadings {
  readonly #blobs: BlobsAhead;
  readonly #limit: number;
  readonly #kept = new Map<string, Version>();
  #bytes = 0;
  readonly #last = new LastVersions();
  /** Paths whose last version git was asked for. */
  readonly #asked = new Set<string>();

  /** @param limit of a store, in bytes: a larger one is not parsed */
  constructor(blobs: BlobReader, limit = MAX_FILE_BYTES) {
    this.#blobs = new BlobsAhead(blobs, limit + 1);
    this.#limit = limit;
  }

  /** Says that a version will be read soon: git looks for it meanwhile, where diffs did not do. */
  expect(path: string, id: string): void {
    if (this.#asked.has(path) && !this.#kept.has(keyOf(path, id))) this.#blobs.expect(id);
  }

  /**
   * @param path the path that findings name
   * @param id of the blob
   * @param patch the diff to it, if there is one
   * @returns `too-large`, or `undefined` when the repository has no such blob
   * @throws PprotectError `git_failed`
   */
  async read(path: string, id: string, patch?: StorePatch): Promise<StoreReading | "too-large" | undefined> {
    const key = keyOf(path, id);
    const known = this.#kept.get(key);
    if (known) {
      // The one that was used last is dropped last.
      this.#kept.delete(key);
      this.#kept.set(key, known);
      this.#blobs.drop(id);
      return known.reading;
    }
    const changed = patch && (await this.#readPatch(path, id, patch));
    if (changed) {
      this.#blobs.drop(id);
      this.#asked.delete(path);
      return this.#keep(key, changed);
    }
    this.#asked.add(path);
    const bytes = await this.#blobs.read(id);
    if (!bytes) return undefined;
    if (bytes.length > this.#limit) return "too-large";
    return this.#keep(key, this.#readBytes(path, id, bytes));
  }

  /** @returns `undefined` when git has to be asked for the version */
  async #readPatch(
    path: string,
    id: string,
    { from, hunks, added }: StorePatch,
  ): Promise<Version | undefined> {
    if (NO_BLOB.test(from)) {
      return added.length <= this.#limit && isBlob(id, [added])
        ? this.#readBytes(path, id, added)
        : undefined;
    }
    // The version before is needed in any case; after it, this one is read by its diff alone.
    if (!this.#last.has(path, from) && !this.#kept.has(keyOf(path, from))) await this.read(path, from);
    if (!this.#last.has(path, from)) return undefined;
    let size = 0;
    const store = this.#last.of(path).readChanged(hunks, added, (parts) => {
      size = parts.reduce((sum, part) => sum + part.length, 0);
      return size <= this.#limit && isBlob(id, parts);
    });
    if (!store) return undefined;
    this.#last.set(path, id);
    return { reading: canonicalReading(store), size };
  }

  #readBytes(path: string, id: string, bytes: Uint8Array): Version {
    const known = this.#last.of(path);
    const reading = readStore(path, bytes, known);
    if (reading.store && known.isLast(reading.store)) this.#last.set(path, id);
    return { reading, size: bytes.length };
  }

  #keep(key: string, version: Version): StoreReading {
    this.#kept.set(key, version);
    this.#bytes += version.size;
    for (const [oldest, { size }] of this.#kept) {
      if (oldest === key || (this.#kept.size <= MOST_KEPT && this.#bytes <= MOST_BYTES)) break;
      this.#kept.delete(oldest);
      this.#bytes -= size;
    }
    return version.reading;
  }
}

/** The version of each path that was read last. */
class LastVersions {
  readonly #versions = new Map<string, { readonly known: KnownVersion; id: string; size: number }>();
  #bytes = 0;

  has(path: string, id: string): boolean {
    return this.#versions.get(path)?.id === id;
  }

  /** @returns one that knows nothing, where none was read */
  of(path: string): KnownVersion {
    const found = this.#versions.get(path) ?? { known: new KnownVersion(), id: "", size: 0 };
    this.#versions.delete(path);
    this.#versions.set(path, found);
    return found.known;
  }

  /** Says which version the one of a path is now. Others that were not used for long are dropped. */
  set(path: string, id: string): void {
    const last = this.#versions.get(path);
    if (!last) return;
    const { size } = last.known;
    this.#bytes += size - last.size;
    Object.assign(last, { id, size });
    for (const [oldest, each] of this.#versions) {
      if (oldest === path || (this.#versions.size <= MOST_KEPT && this.#bytes <= MOST_BYTES)) break;
      this.#versions.delete(oldest);
      this.#bytes -= each.size;
    }
  }
}

function keyOf(path: string, id: string): string {
  return `${id} ${path}`;
}
