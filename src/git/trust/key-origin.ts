import { realpathSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { bufferOf } from "../../common/buffer-of.ts";
import { PprotectError } from "../../common/errors.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { readLeniently } from "../../store/diff/lenient-reading.ts";
import { repositoryRoot } from "../../store/locate-store.ts";
import type { StoreData } from "../../store/store-data.ts";
import { storeLog } from "../history/store-log.ts";
import { type BlobReader, openBlobReader } from "../process/cat-file.ts";
import { openRepository, type Repository } from "../process/repository.ts";

/** The commit that brought a key into the store. */
export interface KeyOrigin {
  readonly commit: string;
  readonly author: string;
  /** `YYYY-MM-DD`. */
  readonly day: string;
}

/** A store in its repository; nothing where there is none, or no git. */
export interface StoreInRepository {
  readonly repository: Repository;
  /** The store's path from the repository's root, with `/`. */
  readonly path: string;
}

/** @param store the store's real path */
export async function repositoryOf(store: string): Promise<StoreInRepository | undefined> {
  // Outside of any, git would take longer to say so.
  if (process.env.GIT_DIR === undefined && repositoryRoot(dirname(store)) === undefined) return undefined;
  try {
    const repository = await openRepository(dirname(store));
    const path = relative(realpathSync(repository.root), store).split(sep).join("/");
    return path.startsWith("../") ? undefined : { repository, path };
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}

/**
 * The newest commit, of those that HEAD has, in which a text is new to the store.
 * @param text a public key or key material, as the file writes it
 */
export async function keyOrigin(
  { repository, path }: StoreInRepository,
  text: string,
): Promise<KeyOrigin | undefined> {
  if ((await repository.tryRun("rev-parse", "--verify", "--quiet", "HEAD")) === undefined) return undefined;
  const blobs = openBlobReader(repository.root);
  try {
    for (const { shortId, author, day, before, after } of await storeLog(repository, path)) {
      if (!(await holds(blobs, after, text))) continue;
      const had = await Promise.all(before.map((id) => holds(blobs, id, text)));
      if (!had.includes(true)) return { commit: shortId, author, day };
    }
    return undefined;
  } finally {
    await blobs.close();
  }
}

async function holds(blobs: BlobReader, id: string | undefined, text: string): Promise<boolean> {
  const bytes = id === undefined ? undefined : await blobs.read(id);
  return bytes !== undefined && bufferOf(bytes).includes(text);
}

/** What the default branch of the remote has, by the name that git gives its commit. */
const DEFAULT_BRANCH = "refs/remotes/origin/HEAD";

/** A file of a commit. @param revisions the first that git knows counts. @param path from the repository's root, with `/` */
async function readFrom(
  { repository }: StoreInRepository,
  revisions: readonly string[],
  path: string,
): Promise<Uint8Array | undefined> {
  const revision = await firstKnown(repository, revisions);
  if (revision === undefined) return undefined;
  const id = await repository.tryRun("rev-parse", "--verify", "--quiet", `${revision}:${path}`);
  if (id === undefined) return undefined;
  const blobs = openBlobReader(repository.root);
  try {
    return await blobs.read(id.trim());
  } finally {
    await blobs.close();
  }
}

async function firstKnown(repository: Repository, revisions: readonly string[]): Promise<string | undefined> {
  for (const name of revisions) {
    const id = await repository.tryRun("rev-parse", "--verify", "--quiet", `${name}^{commit}`);
    if (id !== undefined) return id.trim();
  }
  return undefined;
}

/** The store as the default branch has it, else the current branch's upstream. */
export async function baseStore(store: StoreInRepository): Promise<StoreData | undefined> {
  const bytes = await readFrom(store, [DEFAULT_BRANCH, "@{upstream}"], store.path);
  return bytes && readLeniently(bytes).store;
}

/**
 * `pprotect.trust` beside the store, as the default branch has it. An upstream counts for nothing: that of a branch that was
 * pushed is the same branch, and a stranger's would vouch for itself.
 */
export async function defaultTrustFile(store: StoreInRepository, name: string): Promise<string | undefined> {
  const directory = store.path.includes("/") ? store.path.slice(0, store.path.lastIndexOf("/") + 1) : "";
  const bytes = await readFrom(store, [DEFAULT_BRANCH], `${directory}${name}`);
  return bytes && decodeUtf8(bytes);
}
