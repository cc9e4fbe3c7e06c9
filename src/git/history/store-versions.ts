import { type Reading, readLeniently } from "../../store/diff/lenient-reading.ts";
import { inheritedStore } from "../../store/diff/store-diff.ts";
import { KnownVersion } from "../../store/format/known-version.ts";
import { EMPTY_STORE, type StoreData } from "../../store/store-data.ts";
import { BlobsAhead } from "../process/blobs-ahead.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { StoreCommit } from "./store-log.ts";

/** Enough for several parallel branches. */
const MAX_CACHED = 32;
/** How many of the next versions git is asked for before they are read. */
const AHEAD = 32;

/** What a commit's parents have. */
export interface ParentStores {
  /** Each parent's store, or the last readable one before it; a parent without a store is left out. */
  readonly stores: readonly StoreData[];
  /** Whether no parent's own version can be read, though there are some. */
  readonly wereBroken: boolean;
}

/** The versions of a store. Each is parsed once for neighbouring commits. */
export class StoreVersions {
  readonly #blobs: BlobsAhead;
  readonly #cache = new Map<string, Reading>();
  readonly #known = new KnownVersion();
  /** The version before each version, to find the last valid one before a broken one. */
  readonly #previous = new Map<string, string>();
  /** The versions in the order of the commits, and the place of each. */
  readonly #order: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  #asked = 0;

  /** @param commits in the order in which their versions are read */
  constructor(commits: readonly StoreCommit[], blobs: BlobReader) {
    this.#blobs = new BlobsAhead(blobs, Number.POSITIVE_INFINITY);
    this.#order = [...new Set(commits.flatMap(({ after }) => after ?? []))];
    this.#places = new Map(this.#order.map((id, place) => [id, place]));
    for (const { before, after } of commits) {
      const [previous] = before;
      if (after !== undefined && previous !== undefined && !this.#previous.has(after)) {
        this.#previous.set(after, previous);
      }
    }
  }

  async read(id: string): Promise<Reading> {
    const cached = this.#cache.get(id);
    if (cached) return cached;
    this.#expectFrom(id);
    const bytes = await this.#blobs.read(id);
    const reading = bytes
      ? readLeniently(bytes, this.#known)
      : { problem: "the repository does not have this version" };
    // The oldest is dropped: a store may be large and its history long.
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined && this.#cache.size >= MAX_CACHED) this.#cache.delete(oldest);
    this.#cache.set(id, reading);
    return reading;
  }

  /** Asks for a version and the next ones together, unless they were asked for before. */
  #expectFrom(id: string): void {
    const place = this.#places.get(id);
    if (place === undefined || place < this.#asked) return;
    this.#asked = place + AHEAD;
    for (const next of this.#order.slice(place, this.#asked)) {
      if (!this.#cache.has(next)) this.#blobs.expect(next);
    }
  }

  /** What a commit's parents have, or had when it could be read. */
  async parents({ before }: StoreCommit): Promise<ParentStores> {
    const stores: StoreData[] = [];
    const present = before.filter((id) => id !== undefined);
    let broken = 0;
    for (const id of present) {
      const seen = new Set<string>();
      for (let at: string | undefined = id; at !== undefined && !seen.has(at); at = this.#previous.get(at)) {
        seen.add(at);
        const { store } = await this.read(at);
        if (store) {
          stores.push(store);
          break;
        }
        if (at === id) broken++;
      }
    }
    return { stores, wereBroken: present.length > 0 && broken === present.length };
  }

  /** What a commit is compared with: its parent's version, or the last readable one before it. */
  async before(
    commit: StoreCommit,
    after: StoreData | undefined,
  ): Promise<{ before: StoreData | undefined; wasBroken: boolean }> {
    const { stores, wereBroken } = await this.parents(commit);
    const count = commit.before.length;
    return {
      before: after && count > 1 ? inheritedBy(after, stores, count) : stores[0],
      wasBroken: wereBroken,
    };
  }
}

/** A parent without a store, or with one that cannot be read, counts as an empty store. */
function inheritedBy(after: StoreData, parents: readonly StoreData[], count: number): StoreData {
  const missing = Array.from({ length: count - parents.length }, () => EMPTY_STORE);
  return inheritedStore([...parents, ...missing], after);
}
