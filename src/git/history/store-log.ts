import type { Repository } from "../process/repository.ts";

/** A commit that touched the store. */
export interface StoreCommit {
  readonly id: string;
  /** As short as git's own output would have it. */
  readonly shortId: string;
  /** The author's day, `YYYY-MM-DD`. */
  readonly day: string;
  /** The author's time, ms since 1970. */
  readonly time: number;
  /** One of the revisions or refs that the log started from, by which git reached the commit. */
  readonly source: string;
  /** E-mail address, or the name if there is none; `.mailmap` applied. */
  readonly author: string;
  /** Path in the repository after the commit, or before it when the commit removed it. */
  readonly path: string;
  /** Where it was, when the commit renamed it. */
  readonly renamedFrom: string | undefined;
  /** The store's blob in each parent, one for a plain commit; `undefined` where the parent had no store. */
  readonly before: readonly (string | undefined)[];
  /** The store's blob in this commit, or `undefined` when it removed the store. */
  readonly after: string | undefined;
}

/** What differs in the files of interest between one commit and one of its parents. */
interface Section {
  readonly header: Header;
  readonly entries: readonly RawEntry[];
}

interface Header {
  readonly id: string;
  readonly shortId: string;
  readonly day: string;
  readonly time: number;
  readonly source: string;
  readonly author: string;
  readonly parents: readonly string[];
}

interface RawEntry {
  readonly path: string;
  /** Blob ids. */
  readonly before: string | undefined;
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

async function sectionsOf(
  repository: Repository,
  paths: readonly string[],
  from: readonly string[],
): Promise<Section[]> {
  return parseLog(
    await repository.run(...LOG, ...from, "--", ...paths.map((path) => `:(top,literal)${path}`)),
  );
}

const LOG = [
  "log",
  "-z",
  "--raw",
  "--no-renames",
  "--no-follow",
  "-m",
  "--root",
  "--full-history",
  "--date-order",
  "--no-show-signature",
  "--no-color",
  "--encoding=UTF-8",
  "--format=%H%x00%h%x00%as%x00%at%x00%S%x00%aE%x00%aN%x00%P",
] as const;

/** Fields of the format above. */
const HEADER_FIELDS = 8;
const DAY = /^\d{4,}-\d{2}-\d{2}$/;
/** Of a commit without a valid date: what git prints for most of them. For the others it repeats the `%as` of the format. */
const NO_DAY = "1970-01-01";
/** `:MODE MODE ID ID STATUS`, the first after a newline. The ids are shortened: the option for full ones affects `%h` too. */
const RAW_ENTRY = /^\n?:(\d+) (\d+) ([0-9a-f]+) ([0-9a-f]+) /;

function parseLog(text: string): Section[] {
  const fields = text.split("\0");
  const sections: Section[] = [];
  for (let at = 0; at + HEADER_FIELDS <= fields.length; ) {
    const [id = "", shortId = "", day = "", time = "", source = "", email = "", name = "", parents = ""] =
      fields.slice(at, at + HEADER_FIELDS);
    at += HEADER_FIELDS;
    const entries: RawEntry[] = [];
    for (let raw = RAW_ENTRY.exec(fields[at] ?? ""); raw; raw = RAW_ENTRY.exec(fields[at] ?? "")) {
      entries.push({
        path: fields[at + 1] ?? "",
        before: blobId(raw[1], raw[3]),
        after: blobId(raw[2], raw[4]),
      });
      at += 2;
    }
    const author = email.trim() === "" ? name : email;
    sections.push({
      header: {
        ...{ id, shortId, day: DAY.test(day) ? day : NO_DAY, time: Number(time) * 1000, source, author },
        parents: parents.split(" ").filter((parent) => parent !== ""),
      },
      entries,
    });
  }
  return sections;
}

/** The mode 000000 means that there is no file, and 160000 that there is a submodule, whose id is of a commit elsewhere. */
function blobId(mode: string | undefined, id: string | undefined): string | undefined {
  return mode === "000000" || mode === "160000" ? undefined : id;
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

const RENAMES = [
  "-z",
  "--raw",
  "--no-abbrev",
  "-M",
  "--diff-filter=R",
  "--no-show-signature",
  "--no-color",
] as const;

/** A file that a commit renamed. */
export interface Rename {
  readonly id: string;
  readonly from: string;
  readonly to: string;
}

/** The files that each of these commits renamed. @param ids full ids; none is allowed */
export async function renamesIn(repository: Repository, ids: readonly string[]): Promise<Rename[]> {
  if (ids.length === 0) return [];
  return parseRenames(
    await repository.run("log", "--no-walk=unsorted", "--format=%x01%H", ...RENAMES, ...ids),
  );
}

function parseRenames(text: string): Rename[] {
  const renames: Rename[] = [];
  const fields = text.split("\0");
  let id = "";
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? "";
    if (field.startsWith("\u0001")) id = field.slice(1).trim();
    else if (RAW_ENTRY.test(field)) {
      renames.push({ id, from: fields[at + 1] ?? "", to: fields[at + 2] ?? "" });
      at += 2;
    }
  }
  return renames;
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
