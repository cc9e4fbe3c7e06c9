import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Finder } from "../../redact/finder.ts";
import type { Repository } from "../process/repository.ts";
import { gitFiles } from "./git-files.ts";
import { type SearchLimit, searchLimits } from "./limits.ts";
import { allObjects, countObjects } from "./objects.ts";
import { commitsOf, type LeakCommit } from "./places.ts";
import { repositoriesOf, type SearchedRepository } from "./repositories.ts";
import { type WorkTreeFile, workTreeFiles, workTreeRoots } from "./work-trees.ts";

/** One place in which a secret was found, in its repository. */
type PlaceInRepository =
  | ({ readonly kind: "commit" } & LeakCommit)
  | { readonly kind: "index"; readonly path: string }
  | { readonly kind: "tag"; readonly id: string }
  | { readonly kind: "file name"; readonly id: string }
  | { readonly kind: "unreachable"; readonly id: string }
  | ({ readonly kind: "file" } & WorkTreeFile);

/** One place in which a secret was found. */
export type LeakPlace = PlaceInRepository & {
  /** The repository inside the searched one, as a path from its top; nothing for the searched one itself. */
  readonly repository: string | undefined;
};

/** A secret in a place. */
export interface Leak<Label> {
  readonly label: Label;
  readonly place: LeakPlace;
}

/** What was searched, and found. */
export interface LeakReport<Label> {
  readonly leaks: readonly Leak<Label>[];
  /** The objects of the searched repository itself in which something was found, by their id. */
  readonly found: ReadonlySet<string>;
  readonly objects: number;
  readonly files: number;
  /** Bytes. */
  readonly bytes: number;
  /** Files that could not be read. */
  readonly unread: readonly WorkTreeFile[];
  readonly limits: readonly SearchLimit[];
}

/** Options of a search. */
export interface LeakSearch {
  readonly withIgnored: boolean;
  /** Gets the number of objects searched so far, and of all. */
  readonly onProgress?: (objects: number, total: number) => void;
}

/**
 * Searches everything that a repository has: the objects of all refs, the index, stashes, notes, reflogs, messages of
 * commits and tags, what nothing reaches any more, and the files of all work trees; the same of the repositories inside
 * it, submodules among them.
 *
 * @param repository may be bare
 */
export async function searchRepository<Label>(
  repository: Repository,
  finder: Finder<Label>,
  { withIgnored, onProgress }: LeakSearch,
): Promise<LeakReport<Label>> {
  const { repositories, unreadable } = await repositoriesOf(repository, withIgnored);
  const counts = await Promise.all(repositories.map(countObjects));
  const total = counts.reduce((sum, count) => sum + count, 0);
  const leaks: Leak<Label>[] = [];
  const unread: WorkTreeFile[] = [];
  const limits: SearchLimit[] =
    unreadable === 0 ? [] : [{ text: "a repository inside this one cannot be read by git", isGap: true }];
  const seen = new Set<string>();
  let found: ReadonlySet<string> = new Set();
  let [objects, bytes] = [0, 0];
  for (const [index, each] of repositories.entries()) {
    const inObjects = await searchObjects(each, finder, counts[index] ?? 0, () =>
      onProgress?.(++objects, total),
    );
    if (each.name === undefined) found = inObjects.found;
    const inFiles = await searchFiles(each, finder, withIgnored, seen);
    leaks.push(...inObjects.leaks, ...inFiles.leaks);
    unread.push(...inFiles.unread);
    bytes += inObjects.bytes + inFiles.bytes;
    limits.push(...(await searchLimits(each)));
    if (!inObjects.isComplete) limits.push(UNREAD_HISTORY);
  }
  return {
    leaks: leaks.map(({ label, place }) => ({ label, place: withoutSecrets(place, finder) })),
    found,
    objects,
    files: seen.size,
    bytes,
    unread,
    limits: [...new Map(limits.map((limit) => [limit.text, limit])).values()],
  };
}

/** @param count how many objects the repository has @param onObject is called after each */
async function searchObjects<Label>(
  repository: SearchedRepository,
  finder: Finder<Label>,
  count: number,
  onObject: () => void,
) {
  const found = new Map<string, FoundObject<Label>>();
  let bytes = 0;
  for await (const { id, type, size, chunks } of allObjects(repository, count)) {
    const search = finder.search();
    for await (const chunk of chunks()) search.push(chunk);
    const labels = search.end();
    if (labels.size > 0) found.set(id, { type, labels });
    bytes += size;
    onObject();
  }
  const { leaks, isComplete } = await objectLeaks(repository, found);
  return { leaks, found: new Set(found.keys()), bytes, isComplete };
}

/** @param seen the files that were searched, by their path: git keeps a submodule among its own files */
async function searchFiles<Label>(
  repository: SearchedRepository,
  finder: Finder<Label>,
  withIgnored: boolean,
  seen: Set<string>,
) {
  const leaks: Leak<Label>[] = [];
  const unread: WorkTreeFile[] = [];
  let bytes = 0;
  const files = [...(await workTreeFiles(repository, withIgnored)), ...gitFiles(repository)];
  for (const file of files.filter(({ root, path }) => seen.size < seen.add(join(root, path)).size)) {
    const searched = await searchFile(file, finder);
    bytes += searched.bytes;
    if (!searched.isRead) unread.push(file);
    for (const label of searched.labels)
      leaks.push({ label, place: { kind: "file", repository: repository.name, ...file } });
  }
  return { leaks, unread, bytes };
}

const UNREAD_HISTORY: SearchLimit = {
  text: "git cannot read the history to its end: what is said to be in no commit may be in one",
  isGap: true,
};

interface FoundObject<Label> {
  readonly type: string;
  readonly labels: ReadonlySet<Label>;
}

async function objectLeaks<Label>(
  repository: SearchedRepository,
  found: ReadonlyMap<string, FoundObject<Label>>,
): Promise<{ readonly leaks: readonly Leak<Label>[]; readonly isComplete: boolean }> {
  const { commits, isComplete } = await commitsOf(repository, new Set(found.keys()));
  const staged = found.size === 0 ? new Map<string, string[]>() : await stagedPaths(repository);
  const leaks = [...found].flatMap(([id, { type, labels }]) => {
    const places = placesOf(id, type, commits.get(id) ?? [], staged.get(id) ?? []);
    return [...labels].flatMap((label) =>
      places.map((place) => ({ label, place: { repository: repository.name, ...place } })),
    );
  });
  return { leaks, isComplete };
}

async function searchFile<Label>({ root, path }: WorkTreeFile, finder: Finder<Label>) {
  const search = finder.search();
  // Its name is in no object, while git does not track it.
  search.push(Buffer.from(`${path}\n`));
  let [bytes, isRead] = [0, true];
  try {
    for await (const chunk of createReadStream(join(root, path))) {
      search.push(chunk as Uint8Array);
      bytes += (chunk as Uint8Array).length;
    }
  } catch {
    isRead = false;
  }
  return { bytes, labels: search.end(), isRead };
}

/** Replaces a name that has a secret in it: names of files, branches and people are printed. */
const HIDDEN = "(a name with a secret in it)";

function withoutSecrets<Label>(place: LeakPlace, finder: Finder<Label>): LeakPlace {
  const safe = (text: string): string => {
    const search = finder.search();
    search.push(Buffer.from(text));
    return search.end().size > 0 ? HIDDEN : text;
  };
  const repository = place.repository === undefined ? undefined : safe(place.repository);
  switch (place.kind) {
    case "commit": {
      const path = place.path === undefined ? undefined : safe(place.path);
      return { ...place, repository, author: safe(place.author), path, refs: place.refs.map(safe) };
    }
    case "index":
      return { ...place, repository, path: safe(place.path) };
    case "file":
      return { ...place, repository, root: safe(place.root), path: safe(place.path) };
    default:
      return { ...place, repository };
  }
}

function placesOf(
  id: string,
  type: string,
  commits: readonly LeakCommit[],
  staged: readonly string[],
): readonly PlaceInRepository[] {
  if (commits.length > 0) return commits.map((commit) => ({ kind: "commit", ...commit }));
  if (staged.length > 0) return staged.map((path) => ({ kind: "index", path }));
  if (type === "tag") return [{ kind: "tag", id }];
  return [{ kind: type === "tree" ? "file name" : "unreachable", id }];
}

/** The paths of each blob in the index of each work tree. */
async function stagedPaths(repository: SearchedRepository): Promise<ReadonlyMap<string, readonly string[]>> {
  const paths = new Map<string, string[]>();
  for (const root of await workTreeRoots(repository)) {
    const entries = ((await repository.runIn(root, "ls-files", "-z", "--stage")) ?? "").split("\0");
    for (const entry of entries) {
      const [, id, path] = /^\d+ ([0-9a-f]+) \d\t([\s\S]+)$/.exec(entry) ?? [];
      if (id === undefined || path === undefined) continue;
      paths.set(id, [...(paths.get(id) ?? []), path]);
    }
  }
  return paths;
}
