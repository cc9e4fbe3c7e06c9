import { basename } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { shellWord } from "../../common/shell-quote.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { parseStore } from "../../store/format/parse.ts";
import { DEFAULT_FILE } from "../../store/locate-store.ts";
import { EMPTY_STORE, type StoreData } from "../../store/store-data.ts";
import { readRegularFile } from "../../system/read-regular-file.ts";
import { looksLikeStore } from "../guard/store-contents.ts";
import { openBlobReader } from "../process/cat-file.ts";
import type { Repository } from "../process/repository.ts";
import { SIDES, type StoreVersions, type VersionName } from "./versions.ts";

/** git's numbers for the versions of an unmerged file (git-ls-files, `--stage`). */
const STAGES = { base: 1, ours: 2, theirs: 3 } as const;
const STAGE_NAMES = new Map(Object.entries(STAGES).map(([name, stage]) => [stage, name as VersionName]));

/** An unmerged file: the blob of each version that there is. */
export type UnmergedFile = ReadonlyMap<VersionName, string>;

/**
 * The blobs of an unmerged store, from the index: they are there whether a merge driver ran or not.
 *
 * @param path relative to the directory that git runs in
 * @throws PprotectError `usage` when the store is not in conflict, or deleted by a side
 */
export async function unmergedFile(repository: Repository, path: string): Promise<UnmergedFile> {
  const listed = await repository.run("ls-files", "--unmerged", "-z", "--", path);
  const file = parseUnmerged(listed).get(path) ?? new Map<VersionName, string>();
  const shownPath = escapeUnprintable(path);
  if (SIDES.every((side) => !file.has(side))) {
    throw new PprotectError("usage", `${shownPath} is not in conflict`, await withoutConflict(repository));
  }
  const deleter = SIDES.find((side) => !file.has(side));
  if (deleter !== undefined) {
    throw new PprotectError(
      "usage",
      `${shownPath} was deleted or renamed by ${deleter}`,
      "keep it with `git add`, or remove it with `git rm`; if it was renamed, both files have changes to keep",
    );
  }
  return file;
}

/** The hint where nothing is in conflict: `merge -s ours`, for one, takes a side's store without a conflict. */
async function withoutConflict(repository: Repository): Promise<string> {
  const merging = await repository.tryRun("rev-parse", "--verify", "--quiet", "MERGE_HEAD");
  return merging === undefined
    ? "there is nothing to resolve"
    : "to merge it by meaning, `git merge --abort` and merge again; or commit, and run `pprotect git resolve --merge HEAD`";
}

/**
 * The three versions of an unmerged store.
 * @throws PprotectError `invalid_store` naming the version
 */
export async function readVersions(
  { directory }: Repository,
  path: string,
  file: UnmergedFile,
): Promise<StoreVersions> {
  const blobs = openBlobReader(directory);
  try {
    const read = async (version: VersionName): Promise<StoreData> => {
      const id = file.get(version);
      const bytes = id === undefined ? undefined : await blobs.read(id);
      return bytes ? parseStore(bytes, `${path} (${version})`) : EMPTY_STORE;
    };
    const ours = await read("ours");
    const theirs = await read("theirs");
    try {
      return { base: await read("base"), ours, theirs };
    } catch (error) {
      // The virtual ancestor of a criss-cross merge may have conflicts of its own.
      if (error instanceof PprotectError) return { base: EMPTY_STORE, ours, theirs, isBaseUnreadable: true };
      throw error;
    }
  } finally {
    await blobs.close();
  }
}

/**
 * The stores among the files in conflict: by git's `merge` attribute, by their name, or by what they hold.
 * @returns paths relative to the repository's top
 */
export async function conflictedStores(repository: Repository): Promise<string[]> {
  const listed = await repository.run("ls-files", "--unmerged", "--full-name", "-z", "--", ":/");
  const files = [...parseUnmerged(listed)];
  const blobs = openBlobReader(repository.directory);
  try {
    const stores: string[] = [];
    for (const [path, file] of files) {
      const attribute = await repository.run("-C", repository.root, "check-attr", "-z", "merge", "--", path);
      const isNamed = attribute.split("\0")[2] === "pprotect" || basename(path) === DEFAULT_FILE;
      if (isNamed || (await holdsStore(file))) stores.push(path);
    }
    return stores;
  } finally {
    await blobs.close();
  }

  async function holdsStore(file: UnmergedFile): Promise<boolean> {
    const id = file.get("ours") ?? file.get("theirs");
    const bytes = id === undefined ? undefined : await blobs.read(id);
    return bytes !== undefined && looksLikeStore(Buffer.from(bytes).toString("latin1"));
  }
}

/** `MODE ID STAGE TAB PATH NUL`, for each version of each path. */
function parseUnmerged(listed: string): Map<string, Map<VersionName, string>> {
  const files = new Map<string, Map<VersionName, string>>();
  for (const line of listed.split("\0")) {
    const [, id = "", stage = "", path = ""] = /^\d+ ([0-9a-f]+) (\d)\t(.*)$/s.exec(line) ?? [];
    const version = STAGE_NAMES.get(Number(stage) as 1 | 2 | 3);
    if (version === undefined) continue;
    files.set(path, (files.get(path) ?? new Map<VersionName, string>()).set(version, id));
  }
  return files;
}

/**
 * Refuses to overwrite a file that was resolved by hand: a store, and not our version, which is what git leaves when no
 * merge driver ran.
 *
 * @throws PprotectError `store_changed`
 */
export function refuseEdited(path: string, shownPath: string, { ours }: StoreVersions): void {
  let store: StoreData;
  try {
    store = parseStore(readRegularFile(path), shownPath);
  } catch {
    return;
  }
  if (Bun.deepEquals(store, ours)) return;
  const word = shellWord(escapeUnprintable(shownPath));
  throw new PprotectError(
    "store_changed",
    `${escapeUnprintable(shownPath)} no longer has conflict markers: it was resolved by hand`,
    `\`git add -- ${word}\` if it is right; \`git checkout -m -- ${word}\` restores the conflict`,
  );
}
