import { PprotectError } from "../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { withoutLineEnd } from "../../common/text.ts";
import { KeyFile } from "../../store/key-file.ts";
import { openBlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";
import { locateInRepository } from "../process/store-location.ts";

/** What git takes for a revision is one word or more, but never an option. */
const REVISION = /^[^-\p{C}]\P{C}*$/u;

/** A commit, as people name it. */
export interface NamedCommit {
  readonly id: string;
  /** As short as git's own output would have it. */
  readonly shortId: string;
  /** The author's date, `YYYY-MM-DD`. */
  readonly day: string;
}

/** A store as a commit has it. */
export interface CommittedStore {
  readonly keyFile: KeyFile;
  readonly commit: NamedCommit;
}

/**
 * The store as a commit has it, at the path that it has now. Runs no program that the repository's configuration names.
 *
 * @param store absolute
 * @param revision anything that git takes for a commit: `HEAD~3`, `main`, `1a2b3c4`, `main@{yesterday}`
 * @param option what it was given with, for messages
 * @throws PprotectError `usage` for what is not a commit, `store_missing` when it has no store, `not_a_repository`;
 *   InvalidStoreError, UnresolvedMergeError
 */
export async function committedStore(
  store: string,
  revision: string,
  option = "--rev",
): Promise<CommittedStore> {
  const { repository, id, keyFile } = await readCommitted(store, revision, option);
  return { keyFile, commit: await namedCommit(repository, id) };
}

/** {@link committedStore} without the commit. @throws as that */
export async function storeAt(store: string, revision: string, option = "--rev"): Promise<KeyFile> {
  return (await readCommitted(store, revision, option)).keyFile;
}

async function readCommitted(store: string, revision: string, option: string) {
  const { repository, path } = await locateInRepository(store);
  const found = await commitId(repository, revision);
  if (found === undefined) {
    throw new PprotectError(
      "usage",
      `${option} "${displayName(revision)}" is not a commit of this repository`,
      "`pprotect git history` lists the commits that changed the store",
    );
  }
  const blob = await findObject(repository, `${found}:${path}`);
  const bytes = blob === undefined ? undefined : await readBlob(repository.directory, withoutLineEnd(blob));
  const place = `${escapeUnprintable(path)} in ${displayName(revision)}`;
  if (!bytes) {
    throw new PprotectError(
      "store_missing",
      `no store at ${place}`,
      "`pprotect git history` lists the commits that have it; --file names another path",
    );
  }
  return { repository, id: found, keyFile: KeyFile.parse(bytes, place) };
}

async function namedCommit(repository: Repository, id: string): Promise<NamedCommit> {
  const log = await repository.run("log", "--max-count=1", "--no-show-signature", "--format=%h%x00%as", id);
  const [shortId = "", day = ""] = withoutLineEnd(log).split("\0");
  return { id, shortId, day };
}

/** The id of a commit, by anything that git takes for one. */
export async function commitId(repository: Repository, revision: string): Promise<string | undefined> {
  const found = REVISION.test(revision) ? await findObject(repository, `${revision}^{commit}`) : undefined;
  return found === undefined ? undefined : withoutLineEnd(found);
}

function findObject(repository: Repository, name: string): Promise<string | undefined> {
  return repository.tryRun("rev-parse", "--verify", "--quiet", "--end-of-options", name);
}

async function readBlob(directory: string, id: string): Promise<Uint8Array | undefined> {
  const blobs = openBlobReader(directory);
  try {
    return await blobs.read(id);
  } finally {
    await blobs.close();
  }
}
