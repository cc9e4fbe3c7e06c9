import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { parseStore } from "../../store/format/parse.ts";
import { DEFAULT_FILE } from "../../store/locate-store.ts";
import { EMPTY_STORE, type StoreData } from "../../store/store-data.ts";
import type { Repository } from "../process/repository.ts";
import type { Side, StoreVersions } from "./versions.ts";

/** git's numbers for the versions of an unmerged file (git-ls-files, `--stage`). */
const STAGES = { base: 1, ours: 2, theirs: 3 } as const;

/**
 * The three versions of an unmerged store, from the index.
 *
 * @param path relative to the directory that git runs in
 * @throws PprotectError `usage` when the store is not in conflict; `invalid_store` naming the version
 */
export async function readStages(repository: Repository, path: string): Promise<StoreVersions> {
  const listed = await repository.run("ls-files", "--unmerged", "-z", "--", path);
  const present = new Set(listed.split("\0").map((line) => Number(/^\d+ [0-9a-f]+ (\d)\t/.exec(line)?.[1])));
  if (!present.has(STAGES.ours) && !present.has(STAGES.theirs)) {
    throw new PprotectError(
      "usage",
      `${escapeUnprintable(path)} is not in conflict`,
      "there is nothing to resolve",
    );
  }
  for (const side of ["ours", "theirs"] as const) {
    if (!present.has(STAGES[side])) {
      throw new PprotectError(
        "usage",
        `${escapeUnprintable(path)} was deleted by ${side}`,
        "keep it with `git add`, or remove it with `git rm`",
      );
    }
  }
  const read = async (side: keyof StoreVersions): Promise<StoreData> => {
    if (!present.has(STAGES[side])) return EMPTY_STORE;
    const text = await repository.run("cat-file", "blob", `:${STAGES[side]}:./${path}`);
    return parseStore(Buffer.from(text), `${path} (${side})`);
  };
  return { base: await readBase(read), ours: await read("ours"), theirs: await read("theirs") };
}

/**
 * The stores among the files in conflict: by git's `merge` attribute, or by their name.
 * @returns paths relative to the repository's top
 */
export async function conflictedStores(repository: Repository): Promise<string[]> {
  const listed = await repository.run("ls-files", "--unmerged", "--full-name", "-z", "--", ":/");
  const paths = [...new Set(listed.split("\0").flatMap((line) => line.split("\t")[1] ?? []))];
  const isStore = await Promise.all(
    paths.map(async (path) => {
      const attribute = await repository.run("-C", repository.root, "check-attr", "-z", "merge", "--", path);
      return attribute.split("\0")[2] === "pprotect" || basename(path) === DEFAULT_FILE;
    }),
  );
  return paths.filter((_, index) => isStore[index]);
}

/**
 * Refuses to overwrite a file whose conflict markers were already removed by hand.
 * @throws PprotectError `store_changed`
 */
export function refuseEdited(path: string, shownPath: string): void {
  try {
    parseStore(readFileSync(path), shownPath);
  } catch {
    return;
  }
  throw new PprotectError(
    "store_changed",
    `${escapeUnprintable(shownPath)} no longer has conflict markers: it was resolved by hand`,
    "`git add` it if it is right; `git checkout -m` restores the conflict",
  );
}

/** The virtual ancestor of a criss-cross merge may have conflicts of its own: then it is not used. */
async function readBase(read: (side: "base") => Promise<StoreData>): Promise<StoreData> {
  try {
    return await read("base");
  } catch (error) {
    if (error instanceof PprotectError) return EMPTY_STORE;
    throw error;
  }
}

/** Refs that name the commit of "theirs", by what git is in the middle of. */
const THEIR_HEADS = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "REVERT_HEAD"];

/** Who last changed a text in a side's history, and when; `undefined` if that is not known. */
export async function lastChange(
  repository: Repository,
  side: Side,
  path: string,
  text: string,
): Promise<string | undefined> {
  const heads = side === "ours" ? ["HEAD"] : THEIR_HEADS;
  for (const head of heads) {
    const commit = await repository.tryRun("rev-parse", "--quiet", "--verify", `${head}^{commit}`);
    if (commit === undefined) continue;
    const format = "--format=%an, %ad (%h)";
    const log = await repository.tryRun(
      "log",
      "-1",
      // `-S` would search the output of the store's text conversion, a program, in place of the store.
      "--no-textconv",
      "--no-ext-diff",
      format,
      "--date=iso",
      `-S${text}`,
      commit.trim(),
      "--",
      path,
    );
    return log?.trim() || undefined;
  }
  return undefined;
}
