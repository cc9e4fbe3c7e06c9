import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { type AccessHistory, AccessHistoryBuilder } from "../../store/access/access-history.ts";
import type { Moment } from "../../store/access/revision.ts";
import type { StoreData } from "../../store/store-data.ts";
import { openBlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";
import { renamesIn } from "./raw-log.ts";
import { commitId } from "./store-at.ts";
import { type StoreCommit, storeLog } from "./store-log.ts";
import { StoreVersions } from "./store-versions.ts";

/** What is read, and who is informed meanwhile. */
export interface AccessHistoryOptions {
  /** The custodian whose credentials will open the history. */
  readonly user?: string | undefined;
  /** What the store was and is in the work tree, to come after HEAD's, oldest first; none to end with the commits. */
  readonly present?: readonly StoreData[];
  /** A commit: its history alone is read. By default all refs are. */
  readonly revision?: string | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/** A version that is not a valid store: what it gave to whom is not known. */
export interface UnreadableVersion {
  readonly shortId: string;
  readonly problem: string;
}

/** The history of a store, and how much of it could be read. */
export interface ReadAccessHistory {
  readonly history: AccessHistory;
  /** The store that the history ends with. */
  readonly store: StoreData;
  /** Commits that changed the store. */
  readonly commits: number;
  readonly unreadable: readonly UnreadableVersion[];
  /** Whether earlier commits are missing here. */
  readonly isShallow: boolean;
}

/**
 * Reads every version of a store that a commit of some ref has, and keeps what shows who could open what.
 *
 * @param path from the repository's root, with `/`
 * @throws PprotectError `usage` where the revision is not a commit, `store_missing` where it has no store
 */
export async function readAccessHistory(
  repository: Repository,
  path: string,
  options: AccessHistoryOptions,
): Promise<ReadAccessHistory> {
  const { revision, present = [], onProgress } = options;
  const head = await commitId(repository, revision ?? "HEAD");
  if (revision !== undefined && head === undefined) {
    throw new PprotectError(
      "usage",
      `--at "${displayName(revision)}" is not a commit of this repository`,
      "`pprotect git history` lists the commits that changed the store",
    );
  }
  const commits = await allCommits(repository, path, tips(revision, head));
  const elsewhere = await commitsElsewhere(repository, head);
  const blobs = openBlobReader(repository.directory);
  try {
    const versions = new StoreVersions(commits, blobs);
    const builder = new AccessHistoryBuilder(options.user);
    const unreadable: UnreadableVersion[] = [];
    for (const [index, commit] of commits.entries()) {
      onProgress?.(index, commits.length);
      if (commit.after === undefined) continue;
      const { store, problem } = await versions.read(commit.after);
      if (store) {
        const { stores } = await versions.parents(commit);
        builder.add({ moment: momentOf(commit, elsewhere), before: stores, after: store });
      } else unreadable.push({ shortId: commit.shortId, problem });
    }
    const committed = head === undefined ? undefined : await storeIn(repository, head, path, versions);
    const store = present.at(-1) ?? committed;
    if (!store) {
      throw new PprotectError(
        "store_missing",
        `no store at ${displayName(path)} in ${displayName(revision ?? "HEAD")}`,
      );
    }
    addUncommitted(builder, present, committed);
    const isShallow = (await repository.run("rev-parse", "--is-shallow-repository")).trim() === "true";
    return { history: builder.history(), store, commits: commits.length, unreadable, isShallow };
  } finally {
    await blobs.close();
  }
}

/** The history of a store that is in no repository. @param stores what it was and is, oldest first */
export function accessHistoryOf(stores: readonly StoreData[], user?: string): AccessHistory {
  const builder = new AccessHistoryBuilder(user);
  addUncommitted(builder, stores, undefined);
  return builder.history();
}

function addUncommitted(
  builder: AccessHistoryBuilder,
  stores: readonly StoreData[],
  committed: StoreData | undefined,
): void {
  let before = committed;
  for (const after of stores) {
    builder.add({ moment: notCommitted(Date.now()), before: before ? [before] : [], after });
    before = after;
  }
}

function notCommitted(time: number): Moment {
  return { commit: undefined, shortId: undefined, time, author: "", branch: undefined };
}

function momentOf(
  { id, shortId, time, author, source }: StoreCommit,
  elsewhere: ReadonlySet<string>,
): Moment {
  return { commit: id, shortId, time, author, branch: elsewhere.has(id) ? source : undefined };
}

function tips(revision: string | undefined, head: string | undefined): string[] {
  if (revision !== undefined) return head === undefined ? [] : [head];
  return head === undefined ? ["--all"] : [head, "--all"];
}

/** The commits of all paths that the store has or had in some ref, parents before children. */
async function allCommits(
  repository: Repository,
  path: string,
  from: readonly string[],
): Promise<StoreCommit[]> {
  const found = new Map<string, StoreCommit>();
  const examined = new Set([path]);
  // A set is read in the order of adding, with what is added meanwhile.
  for (const each of examined) {
    const log = await storeLog(repository, each, from);
    for (const commit of log.toReversed()) found.set(`${commit.id} ${commit.path}`, commit);
    const removed = log.filter(({ after }) => after === undefined);
    const renames = await renamesIn(
      repository,
      removed.map(({ id }) => id),
    );
    const paths = new Set(removed.map((commit) => commit.path));
    for (const { from: old, to } of renames) if (paths.has(old)) examined.add(to);
  }
  return [...found.values()];
}

/** The commits that some ref has and this one has not. */
async function commitsElsewhere(repository: Repository, head: string | undefined): Promise<Set<string>> {
  const list = await repository.run("rev-list", "--all", ...(head === undefined ? [] : [`^${head}`]));
  return new Set(list.split("\n"));
}

async function storeIn(
  repository: Repository,
  commit: string,
  path: string,
  versions: StoreVersions,
): Promise<StoreData | undefined> {
  const id = await repository.tryRun("rev-parse", "--verify", "--quiet", `${commit}:${path}`);
  return id === undefined ? undefined : (await versions.read(id.trim())).store;
}
