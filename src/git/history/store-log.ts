import type { Repository } from "../process/repository.ts";
import { type CommitHeader, type RawEntry, renamesIn, type Section, sectionsOf } from "./raw-log.ts";

/** A commit that touched the store. */
export interface StoreCommit extends CommitHeader {
  /** Path in the repository after the commit, or before it when the commit removed it. */
  readonly path: string;
  /** Where it was, when the commit renamed it. */
  readonly renamedFrom: string | undefined;
  /** The store's blob in each parent, one for a plain commit; `undefined` where the parent had no store. */
  readonly before: readonly (string | undefined)[];
  /** The store's blob in this commit, or `undefined` when it removed the store. */
  readonly after: string | undefined;
}

/** An earlier path of the store, and the commits in which that path means another file or none. */
interface FormerPath {
  readonly path: string;
  /** The commit that renamed the store away from this path, and all of its descendants. */
  readonly later: ReadonlySet<string>;
}

/**
 * The commits reachable from some revisions in which a file differs from every parent, children before parents, followed
 * through renames. Merges that took one parent's version unchanged are left out.
 *
 * `git log --follow` is not used: after the rename it forgets the new name for all further commits, which loses those of
 * parallel branches, and it accepts any similar file of a merged branch as the source.
 *
 * @param path from the repository's root, with `/`
 * @param from revisions, or `--all`
 */
export async function storeLog(
  repository: Repository,
  path: string,
  from: readonly string[] = ["HEAD"],
): Promise<StoreCommit[]> {
  return followed(repository, path, from, await sectionsOf(repository, [path], from));
}

/** As many paths are in one command line. */
const PATHS_AT_ONCE = 200;

/** {@link storeLog} of several files, with one walk over the commits for many of them. @returns by path */
export async function storeLogs(
  repository: Repository,
  paths: readonly string[],
  from: readonly string[],
): Promise<ReadonlyMap<string, readonly StoreCommit[]>> {
  const logs = new Map<string, readonly StoreCommit[]>();
  for (let start = 0; start < paths.length; start += PATHS_AT_ONCE) {
    const some = paths.slice(start, start + PATHS_AT_ONCE);
    const byPath = new Map<string, Section[]>(some.map((path) => [path, []]));
    for (const { header, entries } of await sectionsOf(repository, some, from)) {
      // Node 20, which loads this as a library, has no Map.groupBy.
      for (const path of new Set(entries.map((entry) => entry.path)))
        byPath.get(path)?.push({ header, entries: entries.filter((entry) => entry.path === path) });
    }
    for (const [path, sections] of byPath) logs.set(path, await followed(repository, path, from, sections));
  }
  return logs;
}

/** @param first the sections of the path as it is now */
async function followed(
  repository: Repository,
  path: string,
  from: readonly string[],
  first: readonly Section[],
): Promise<StoreCommit[]> {
  const paths: FormerPath[] = [{ path, later: new Set() }];
  const examined = new Set<string>();
  for (let sections = first; ; ) {
    const found = await renameSource(repository, from, sections, paths, examined);
    if (!found) return storeCommits(sections, paths);
    paths.push(found);
    sections = await sectionsOf(
      repository,
      paths.map((each) => each.path),
      from,
    );
  }
}

/** The first path that is not known yet and from which a commit other than a merge renamed the store. */
async function renameSource(
  repository: Repository,
  from: readonly string[],
  sections: readonly Section[],
  paths: readonly FormerPath[],
  examined: Set<string>,
): Promise<FormerPath | undefined> {
  const known = new Set(paths.map(({ path }) => path));
  const created = sections
    .filter(({ header, entries }) => {
      if (header.parents.length !== 1 || examined.has(header.id)) return false;
      const step = stepOf(header.id, header.parents[0], entries, paths);
      return step?.after !== undefined && step.before === undefined;
    })
    .map(({ header }) => header.id);
  if (created.length === 0) return undefined;
  for (const rename of await renamesIn(repository, created)) {
    const { id } = rename;
    if (!known.has(rename.to) || known.has(rename.from)) continue;
    examined.add(id);
    return { path: rename.from, later: await withDescendants(repository, id, from) };
  }
  for (const id of created) examined.add(id);
  return undefined;
}

/** A commit and all of its descendants. */
async function withDescendants(
  repository: Repository,
  id: string,
  from: readonly string[],
): Promise<Set<string>> {
  const list = await repository.run("rev-list", "--ancestry-path", `^${id}`, ...from);
  return new Set([id, ...list.split("\n").filter((line) => line !== "")]);
}

function storeCommits(sections: readonly Section[], paths: readonly FormerPath[]): StoreCommit[] {
  const byCommit = new Map<string, Section[]>();
  for (const section of sections) {
    const { id } = section.header;
    byCommit.set(id, [...(byCommit.get(id) ?? []), section]);
  }
  return [...byCommit.values()].flatMap((group): StoreCommit[] => {
    const [first] = group;
    if (!first) return [];
    const { id, shortId, day, time, source, author, parents } = first.header;
    // Git leaves out parents without a difference.
    if (group.length < parents.length) return [];
    const steps = group.flatMap(({ entries }, index) => stepOf(id, parents[index], entries, paths) ?? []);
    const [step] = steps;
    if (!step || steps.length < group.length) return [];
    const path = step.pathAfter ?? step.pathBefore ?? "";
    return [
      {
        ...{ id, shortId, day, time, source, author },
        path,
        renamedFrom: parents.length === 1 && step.pathBefore !== path ? step.pathBefore : undefined,
        before: steps.map(({ before }) => before),
        after: step.after,
      },
    ];
  });
}

/** The store in a parent and in the commit, whichever path it has there. */
interface Step {
  readonly pathBefore: string | undefined;
  readonly before: string | undefined;
  readonly pathAfter: string | undefined;
  readonly after: string | undefined;
}

/** @returns `undefined` when those paths belong to other files */
function stepOf(
  id: string,
  parent: string | undefined,
  all: readonly RawEntry[],
  paths: readonly FormerPath[],
): Step | undefined {
  const entriesIn = (commit: string): RawEntry[] =>
    paths
      .filter(({ later }) => !later.has(commit))
      .flatMap(({ path }) => all.filter((entry) => entry.path === path));
  const was = parent === undefined ? undefined : entriesIn(parent).find(({ before }) => before !== undefined);
  const is = entriesIn(id).find(({ after }) => after !== undefined);
  if (!was && !is) return undefined;
  return { pathBefore: was?.path, before: was?.before, pathAfter: is?.path, after: is?.after };
}
