import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { withoutLineEnd } from "../../common/text.ts";
import type { Repository } from "../process/repository.ts";
import { type DiffReader, readStagedDiff } from "./diff-reader.ts";
import { Guard, type Subject, type Verdict } from "./guard.ts";

/**
 * Checks what is staged: compares the index (the one that a hook's environment names) with HEAD, or with nothing before the
 * first commit, and during a merge with every other parent too.
 *
 * @throws PprotectError `git_failed`
 */
export async function checkStaged(repository: Repository): Promise<Verdict> {
  const { root } = repository;
  const guard = new Guard(repository);
  const first = readStagedDiff(root, undefined);
  const merged = await mergeHeads(repository);
  const readers: DiffReader[] = [...merged.map((head) => readStagedDiff(root, head)).reverse(), first];
  const waiting = [...readers];
  const subject: Subject = {
    prefix: ":",
    diffs: readers.length,
    next: async () => waiting.shift()?.next(),
    asText: (paths) => readStagedDiff(root, undefined, paths),
    bases: () => mergeBases(repository, ["HEAD", ...merged]),
    parents: ["HEAD", ...merged],
  };
  try {
    return await guard.check(subject);
  } finally {
    await Promise.all([guard.close(), ...readers.map((reader) => reader.close())]);
  }
}

/** The commits that are being merged into HEAD. */
async function mergeHeads(repository: Repository): Promise<string[]> {
  const path = await repository.tryRun("rev-parse", "--git-path", "MERGE_HEAD");
  const file = resolve(repository.directory, withoutLineEnd(path ?? ""));
  if (path === undefined || !existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .split(/\s+/)
    .filter((line) => line !== "");
}

/**
 * The common ancestors of all parents: none when their histories are unrelated, `undefined` when a shallow clone lacks
 * the history to find them.
 */
export async function mergeBases(
  repository: Repository,
  parents: readonly string[],
): Promise<string[] | undefined> {
  const kind = parents.length > 2 ? ["--octopus"] : [];
  const answer = await repository.tryRun("merge-base", "--all", ...kind, ...parents);
  const bases = (answer ?? "").split(/\s+/).filter((line) => line !== "");
  if (bases.length > 0) return bases;
  const shallow = await repository.tryRun("rev-parse", "--is-shallow-repository");
  return shallow?.trim() === "true" ? undefined : [];
}
