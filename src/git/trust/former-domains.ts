import { bufferOf } from "../../common/buffer-of.ts";
import { readLeniently } from "../../store/diff/lenient-reading.ts";
import type { StoreData } from "../../store/store-data.ts";
import { otherDomainWith } from "../../store/trust/shared-keys.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";
import { EarlierVersions } from "./earlier-versions.ts";

/** A public key that a domain has now and that another domain had in an earlier version of the store. */
export interface FormerDomain {
  readonly domain: string;
  readonly publicKey: string;
  /** The other domain. */
  readonly former: string;
}

/** Public keys, as the file writes them, by the domain that has each. */
export type DomainKeys = ReadonlyMap<string, string>;

/**
 * Looks for public keys in every earlier version of a store: anyone who knows a domain's key reads all that was ever
 * sealed to it, under any name. Of commits in a row, each version is read once for nearly all of them.
 */
export class FormerDomains {
  readonly #versions: EarlierVersions;
  readonly #blobs: BlobReader;
  /** All keys of the versions that were read for them: whatever is not among these is in none of the versions. */
  readonly #keys = new Set<string>();
  readonly #read = new Set<string>();
  #isFirst = true;

  constructor(repository: Repository, blobs: BlobReader) {
    this.#versions = new EarlierVersions(repository, blobs);
    this.#blobs = blobs;
  }

  /**
   * @param revisions where the history starts, such as a commit's parents; those that git does not know are left out
   * @param path from the repository's root, with `/`
   */
  async find(revisions: readonly string[], path: string, keys: DomainKeys): Promise<FormerDomain[]> {
    if (keys.size === 0) return [];
    const ids = await this.#versions.of(revisions, path);
    // To collect the keys of all versions pays from the second time on.
    const known = this.#isFirst ? keys : await this.#thatOccur(keys, ids);
    this.#isFirst = false;
    if (known.size === 0) return [];
    const found = new Map<string, FormerDomain>();
    for (const id of ids) {
      const bytes = await this.#blobs.read(id, MAX_FILE_BYTES);
      if (!bytes || !mayHave(bytes, known)) continue;
      const { store } = readLeniently(bytes);
      if (!store) continue;
      for (const each of otherDomainsWith(known, store)) found.set(each.domain, each);
    }
    return [...found.values()];
  }

  /** The keys that may be in one of the versions, or in another one that was read before. */
  async #thatOccur(keys: DomainKeys, ids: ReadonlySet<string>): Promise<DomainKeys> {
    for (const id of ids) {
      if (this.#read.has(id)) continue;
      const bytes = await this.#blobs.read(id, MAX_FILE_BYTES);
      for (const key of bytes ? keysIn(bytes) : []) this.#keys.add(key);
      this.#read.add(id);
    }
    return new Map([...keys].filter(([, key]) => !IS_KEY.test(key) || this.#keys.has(key)));
  }
}

/** A public key as the file writes it: base64 of 33 bytes. */
const IS_KEY = /^[A-Za-z0-9+/]{44}$/;
const EACH_KEY = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{44}(?![A-Za-z0-9+/])/g;

/** What may be a public key in a text. The text is cut for each, so that the whole of it does not stay in memory. */
function* keysIn(bytes: Uint8Array): Iterable<string> {
  const buffer = bufferOf(bytes);
  for (const { index } of buffer.toString("latin1").matchAll(EACH_KEY))
    yield buffer.toString("latin1", index, index + 44);
}

/** For more keys, which a stranger may have written, parsing takes less time than looking for each. */
const MOST_LOOKED_FOR = 32;

/** Whether a version may have one of the keys: a look at the bytes spares parsing most versions. */
function mayHave(bytes: Uint8Array, keys: DomainKeys): boolean {
  if (keys.size > MOST_LOOKED_FOR) return true;
  const text = bufferOf(bytes);
  return [...keys.values()].some((key) => text.includes(key));
}

/** Which of the keys other domains have in one version. */
export function otherDomainsWith(keys: DomainKeys, store: StoreData): FormerDomain[] {
  return [...keys].flatMap(([domain, publicKey]) => {
    if (store.domains.get(domain)?.publicKey === publicKey) return [];
    const former = otherDomainWith(store, domain, publicKey);
    return former === undefined ? [] : [{ domain, publicKey, former }];
  });
}
