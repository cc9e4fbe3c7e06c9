import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { Finder } from "../../redact/finder.ts";
import type { Repository } from "../process/repository.ts";
import { gitFiles } from "./git-files.ts";
import { searchLimits } from "./limits.ts";
import { allObjects, countObjects } from "./objects.ts";
import { commitsOf, type LeakCommit } from "./places.ts";
import { type WorkTreeFile, workTreeFiles, workTreeRoots } from "./work-trees.ts";

/** One place in which a secret was found. */
export type LeakPlace =
  | ({ readonly kind: "commit" } & LeakCommit)
  | { readonly kind: "index"; readonly path: string }
  | { readonly kind: "tag"; readonly id: string }
  | { readonly kind: "file name"; readonly id: string }
  | { readonly kind: "unreachable"; readonly id: string }
  | ({ readonly kind: "file" } & WorkTreeFile);

/** A secret in a place. */
export interface Leak<Label> {
  readonly label: Label;
  readonly place: LeakPlace;
}

/** What was searched, and found. */
export interface LeakReport<Label> {
  readonly leaks: readonly Leak<Label>[];
  readonly objects: number;
  readonly files: number;
  /** Bytes. */
  readonly bytes: number;
  /** Files that could not be read. */
  readonly unread: readonly WorkTreeFile[];
  /** What git has elsewhere, and was not searched: each a sentence without a name. */
  readonly limits: readonly string[];
}

/** How a search goes about. */
export interface LeakSearch {
  readonly withIgnored: boolean;
  /** Gets the number of objects searched so far, and of all. */
  readonly onProgress?: (objects: number, total: number) => void;
}

/**
 * Searches everything that a repository has: the objects of all refs, the index, stashes, notes, reflogs, messages of
 * commits and tags, what nothing reaches any more, and the files of all work trees.
 */
export async function searchRepository<Label>(
  repository: Repository,
  finder: Finder<Label>,
  { withIgnored, onProgress }: LeakSearch,
): Promise<LeakReport<Label>> {
  const found = new Map<string, { readonly type: string; readonly labels: ReadonlySet<Label> }>();
  let [objects, bytes] = [0, 0];
  const total = await countObjects(repository.directory);
  for await (const { id, type, size, chunks } of allObjects(repository.directory, total)) {
    const search = finder.search();
    for await (const chunk of chunks()) search.push(chunk);
    const labels = search.end();
    if (labels.size > 0) found.set(id, { type, labels });
    bytes += size;
    onProgress?.(++objects, total);
  }
  const commits = await commitsOf(repository, new Set(found.keys()));
  const staged = await stagedPaths(repository);
  const leaks: Leak<Label>[] = [];
  for (const [id, { type, labels }] of found) {
    const places = placesOf(id, type, commits.get(id) ?? [], staged.get(id) ?? []);
    for (const label of labels) leaks.push(...places.map((place) => ({ label, place })));
  }
  const files = [...(await workTreeFiles(repository, withIgnored)), ...(await gitFiles(repository))];
  const unread: WorkTreeFile[] = [];
  for (const file of files) {
    const search = finder.search();
    // Its name is in no object, while git does not track it.
    search.push(Buffer.from(`${file.path}\n`));
    try {
      for await (const chunk of createReadStream(join(file.root, file.path))) {
        search.push(chunk as Uint8Array);
        bytes += (chunk as Uint8Array).length;
      }
    } catch {
      unread.push(file);
    }
    for (const label of search.end()) leaks.push({ label, place: { kind: "file", ...file } });
  }
  const shown = leaks.map(({ label, place }) => ({ label, place: withoutSecrets(place, finder) }));
  return {
    leaks: shown,
    objects,
    files: files.length,
    bytes,
    unread,
    limits: await searchLimits(repository),
  };
}

/** What stands for a name that has a secret in it: names of files, branches and people are printed. */
const HIDDEN = "(a name with a secret in it)";

function withoutSecrets<Label>(place: LeakPlace, finder: Finder<Label>): LeakPlace {
  const safe = (text: string): string => {
    const search = finder.search();
    search.push(Buffer.from(text));
    return search.end().size > 0 ? HIDDEN : text;
  };
  switch (place.kind) {
    case "commit": {
      const path = place.path === undefined ? undefined : safe(place.path);
      return { ...place, author: safe(place.author), path, refs: place.refs.map(safe) };
    }
    case "index":
      return { ...place, path: safe(place.path) };
    case "file":
      return { ...place, root: safe(place.root), path: safe(place.path) };
    default:
      return place;
  }
}

function placesOf(
  id: string,
  type: string,
  commits: readonly LeakCommit[],
  staged: readonly string[],
): readonly LeakPlace[] {
  if (commits.length > 0) return commits.map((commit) => ({ kind: "commit", ...commit }));
  if (staged.length > 0) return staged.map((path) => ({ kind: "index", path }));
  if (type === "tag") return [{ kind: "tag", id }];
  return [{ kind: type === "tree" ? "file name" : "unreachable", id }];
}

/** The paths of each blob in the index of each work tree. */
async function stagedPaths(repository: Repository): Promise<ReadonlyMap<string, readonly string[]>> {
  const paths = new Map<string, string[]>();
  for (const root of await workTreeRoots(repository)) {
    const entries = (await repository.run("-C", root, "ls-files", "-z", "--stage")).split("\0");
    for (const entry of entries) {
      const [, id, path] = /^\d+ ([0-9a-f]+) \d\t([\s\S]+)$/.exec(entry) ?? [];
      if (id === undefined || path === undefined) continue;
      paths.set(id, [...(paths.get(id) ?? []), path]);
    }
  }
  return paths;
}
