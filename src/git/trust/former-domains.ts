import { bufferOf } from "../../common/buffer-of.ts";
import { readLeniently } from "../../store/diff/lenient-reading.ts";
import type { StoreData } from "../../store/store-data.ts";
import { otherDomainWith } from "../../store/trust/shared-keys.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { EarlierVersions } from "./earlier-versions.ts";

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
 * sealed to it, under any name.
 *
 * @param versions where they are looked for
 * @param revisions where the history starts, such as a commit's parents; those that git does not know are left out
 * @param path from the repository's root, with `/`
 */
export async function formerDomains(
  versions: EarlierVersions,
  blobs: BlobReader,
  revisions: readonly string[],
  path: string,
  keys: DomainKeys,
): Promise<FormerDomain[]> {
  const found = new Map<string, FormerDomain>();
  if (keys.size === 0) return [];
  for (const id of await versions.of(revisions, path)) {
    const bytes = await blobs.read(id, MAX_FILE_BYTES);
    if (!bytes) continue;
    if (!mayHave(bytes, keys)) continue;
    const { store } = readLeniently(bytes);
    if (!store) continue;
    for (const each of otherDomainsWith(keys, store)) found.set(each.domain, each);
  }
  return [...found.values()];
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
