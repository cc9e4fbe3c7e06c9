import { basename, extname } from "node:path/posix";
import { bufferOf } from "../../common/buffer-of.ts";
import { readLeniently } from "../../store/diff/lenient-reading.ts";
import { DEFAULT_FILE } from "../../store/locate-store.ts";
import type { StoreData } from "../../store/store-data.ts";
import { otherDomainWith } from "../../store/trust/shared-keys.ts";
import { MAX_FILE_BYTES } from "../../system/bounded-read.ts";
import { holdsStore } from "../guard/store-contents.ts";
import type { BlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";

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
 * @param revisions where the history starts, such as a commit's parents; those that git does not know are left out
 * @param path from the repository's root, with `/`
 */
export async function formerDomains(
  repository: Repository,
  blobs: BlobReader,
  revisions: readonly string[],
  path: string,
  keys: DomainKeys,
): Promise<FormerDomain[]> {
  const found = new Map<string, FormerDomain>();
  if (keys.size === 0) return [];
  for (const id of await versionsOf(repository, blobs, revisions, path)) {
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

const NO_BLOB = /^0+$/;

/**
 * The ids of every version that the file had in these commits and their ancestors, and of every version of another store
 * that is or was there: a stranger's branch may have moved the file.
 */
async function versionsOf(
  repository: Repository,
  blobs: BlobReader,
  revisions: readonly string[],
  path: string,
): Promise<Set<string>> {
  const ids = new Set<string>();
  for (const revision of revisions) {
    const usual = [`:(top,literal)${path}`, `:(top,glob)**/${DEFAULT_FILE}`];
    const others = (await otherStores(repository, blobs, revision, path)).map(
      (each) => `:(top,literal)${each}`,
    );
    for (let start = 0; start === 0 || start < others.length; start += PATHS_AT_ONCE) {
      const paths = [...(start === 0 ? usual : []), ...others.slice(start, start + PATHS_AT_ONCE)];
      for (const { before, after } of await changesOf(repository, revision, [], paths))
        for (const id of [before, after]) if (!NO_BLOB.test(id)) ids.add(id);
    }
  }
  return ids;
}

/** As many paths are in one command line. */
const PATHS_AT_ONCE = 200;

/** Files of other names that were stores when they were added: YAML files, and those whose names end as the store's does now. */
async function otherStores(
  repository: Repository,
  blobs: BlobReader,
  revision: string,
  path: string,
): Promise<string[]> {
  const ends = [".yaml", ".yml", extname(path) || basename(path)];
  const patterns = [...new Set(ends)].map((end) => `:(top,icase,glob)**/*${end.replace(/[\\*?[]/g, "\\$&")}`);
  const added = await changesOf(repository, revision, ["--diff-filter=A"], patterns);
  const stores = new Set<string>();
  for (const { path: each, after } of added) {
    if (each === path || basename(each) === DEFAULT_FILE || stores.has(each)) continue;
    const bytes = await blobs.read(after, MAX_FILE_BYTES);
    if (bytes && holdsStore(bytes)) stores.add(each);
  }
  return [...stores];
}

/** A file that a commit changed, with the ids of both versions. */
interface Changed {
  readonly before: string;
  readonly after: string;
  readonly path: string;
}

/** All that the commits change in some files, against each of their parents. */
async function changesOf(
  repository: Repository,
  revision: string,
  options: readonly string[],
  paths: readonly string[],
): Promise<Changed[]> {
  const listed = await repository.tryRun(...LOG, ...options, "--end-of-options", revision, "--", ...paths);
  const fields = (listed ?? "").split("\0");
  return fields.flatMap((field, index) => {
    const [, before, after] = RAW_ENTRY.exec(field) ?? [];
    const path = fields[index + 1];
    return before !== undefined && after !== undefined && path !== undefined ? [{ before, after, path }] : [];
  });
}

const LOG = [
  ...["log", "-z", "--raw", "--no-abbrev", "--no-renames", "--no-follow", "-m", "--root", "--full-history"],
  ...["--no-show-signature", "--no-color", "--format="],
];

/** What `--raw` has before a path: `:MODE MODE ID ID STATUS`. */
const RAW_ENTRY = /^\n?:\d{6} \d{6} ([0-9a-f]+) ([0-9a-f]+) [A-Z]/;
