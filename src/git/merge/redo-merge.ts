import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { type Reading, readLeniently } from "../../store/diff/lenient-reading.ts";
import { EMPTY_STORE, type StoreData } from "../../store/store-data.ts";
import { type KnownKeys, TRUST_NO_NEW_KEY } from "../../store/trust/known-keys.ts";
import { pathIn } from "../history/raw-log.ts";
import { type BlobReader, openBlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";
import { mergeAuditLogs } from "./audit-log-merge.ts";
import { NO_CREDENTIALS } from "./merge-credentials.ts";
import { type MergeResult, mergeStores } from "./merge-stores.ts";
import type { StoreVersions } from "./versions.ts";
import { virtualAncestor } from "./virtual-ancestor.ts";

/** A merge that was committed, and what it started from. */
export interface CommittedMerge {
  /** Its id, in full. */
  readonly commit: string;
  readonly versions: StoreVersions;
  /** The store as it was committed; `undefined` if that is not a store. */
  readonly committed: StoreData | undefined;
}

/**
 * Reads a merge commit and its parents. The store may have had another path in any of them.
 *
 * @param path of the store now, from the repository's root, with `/`
 * @throws PprotectError `usage` when the revision is not a merge of two commits with this store; `invalid_store`
 */
export async function readCommittedMerge(
  repository: Repository,
  path: string,
  revision: string,
): Promise<CommittedMerge> {
  const listed = revision.startsWith("-")
    ? undefined
    : await repository.tryRun("rev-list", "--parents", "-n", "1", revision, "--");
  const [commit = "", ours, theirs, ...more] = (listed ?? "").trim().split(" ");
  if (ours === undefined || theirs === undefined || more.length > 0) {
    throw new PprotectError(
      "usage",
      `${displayName(revision)} is not a merge of two commits`,
      "`git log --merges` lists merges",
    );
  }
  const blobs = openBlobReader(repository.root);
  try {
    const reader: CommitReader = { repository, blobs };
    const merge = await located(reader, commit, { commit: "HEAD", path });
    const versions = await readParents(
      reader,
      await located(reader, ours, merge),
      await located(reader, theirs, merge),
    );
    return { commit, versions, committed: (await readStoreIn(reader, merge))?.store };
  } finally {
    await blobs.close();
  }
}

interface CommitReader {
  readonly repository: Repository;
  readonly blobs: BlobReader;
}

/** A commit, and the path that the store has in it. */
interface StoreAt {
  readonly commit: string;
  readonly path: string;
}

/** The store in another commit. @param from where its path is known */
async function located({ repository }: CommitReader, commit: string, from: StoreAt): Promise<StoreAt> {
  return { commit, path: await pathIn(repository, commit, from) };
}

async function readParents(reader: CommitReader, ours: StoreAt, theirs: StoreAt): Promise<StoreVersions> {
  const required = async (parent: StoreAt): Promise<StoreData> => {
    const reading = await readStoreIn(reader, parent);
    const where = `${displayName(parent.path)} in parent ${parent.commit.slice(0, 12)}`;
    if (!reading) throw new PprotectError("usage", `there is no ${where}`, "name the store with --file");
    if (!reading.store) throw new PprotectError("invalid_store", `${where}: ${reading.problem}`);
    return reading.store;
  };
  const base = await ancestorOf(reader, ours, theirs);
  return {
    base: base ?? EMPTY_STORE,
    ours: await required(ours),
    theirs: await required(theirs),
    isBaseUnreadable: base === undefined,
  };
}

/** The common ancestor of two commits, several of them merged to one as git does. @returns `undefined` if it cannot be read */
async function ancestorOf(reader: CommitReader, a: StoreAt, b: StoreAt): Promise<StoreData | undefined> {
  const listed = (await reader.repository.tryRun("merge-base", "--all", a.commit, b.commit)) ?? "";
  const [first, ...others] = listed.split("\n").filter((line) => line !== "");
  if (first === undefined) return EMPTY_STORE;
  const storeIn = async (at: StoreAt): Promise<StoreData | undefined> => {
    const reading = await readStoreIn(reader, at);
    return reading ? reading.store : EMPTY_STORE;
  };
  const firstAt = await located(reader, first, a);
  let merged = await storeIn(firstAt);
  for (const other of others) {
    const otherAt = await located(reader, other, a);
    const theirs = await storeIn(otherAt);
    const base = await ancestorOf(reader, firstAt, otherAt);
    if (!merged || !theirs) return undefined;
    const versions: StoreVersions = {
      base: base ?? EMPTY_STORE,
      ours: merged,
      theirs,
      isBaseUnreadable: base === undefined,
    };
    const options = { credentials: NO_CREDENTIALS, trust: TRUST_NO_NEW_KEY, decide: () => undefined };
    merged = virtualAncestor(versions, mergeStores(versions, options));
  }
  return merged;
}

/** @returns `undefined` if the commit has no file at the path */
async function readStoreIn(
  { repository, blobs }: CommitReader,
  { commit, path }: StoreAt,
): Promise<Reading | undefined> {
  // By its id: the path may have a line end in it.
  const id = await repository.tryRun("rev-parse", "--verify", "--quiet", `${commit}:${path}`);
  const bytes = id === undefined ? undefined : await blobs.read(id.trim());
  return bytes && readLeniently(bytes);
}

/**
 * The versions of a merge by which a corrected merge is put on top of what the file holds now.
 *
 * @param corrected the merge by meaning
 * @param current the file, `undefined` if it is not a store
 * @returns the store itself where nothing was changed since the merge
 */
export function onTop(
  { committed }: CommittedMerge,
  corrected: StoreData,
  current: StoreData | undefined,
): { readonly store: StoreData } | { readonly versions: StoreVersions } {
  if (current === undefined) return { store: corrected };
  if (committed && hasSameEntries(committed, current)) {
    const auditLog = mergeAuditLogs(committed.auditLog, current.auditLog, corrected.auditLog);
    return { store: { ...corrected, auditLog } };
  }
  return {
    versions: {
      base: committed ?? EMPTY_STORE,
      ours: current,
      theirs: corrected,
      isBaseUnreadable: committed === undefined,
    },
  };
}

export function hasSameEntries(a: StoreData, b: StoreData): boolean {
  return Bun.deepEquals({ ...a, auditLog: [] }, { ...b, auditLog: [] });
}

/** Also trusts the keys that a merge made itself. */
export function trustingNewKeys(trust: KnownKeys, { newKeys, store }: MergeResult): KnownKeys {
  const made = new Set(newKeys.map(({ domain }) => domain));
  const isNew = (domain: string, publicKey: string): boolean =>
    made.has(domain) && store.domains.get(domain)?.publicKey === publicKey;
  return {
    ...trust,
    trusts: (domain, publicKey) => isNew(domain, publicKey) || trust.trusts(domain, publicKey),
  };
}
