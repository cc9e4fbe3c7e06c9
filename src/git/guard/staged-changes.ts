import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Eventual } from "../../common/eventual.ts";
import { withoutLineEnd } from "../../common/text.ts";
import type { Repository } from "../process/repository.ts";
import { stagedNames } from "../process/staged-names.ts";
import { type Diff, type DiffReader, readStagedDiff } from "./diff-reader.ts";
import { Guard, type GuardOptions, type Subject, type Verdict } from "./guard.ts";
import { readStagedFiles } from "./staged-reader.ts";
import { noFindings } from "./subject.ts";
import { Tally } from "./tally.ts";
import { loadScanner } from "./text-search.ts";
import type { CheckedVersions } from "./versions.ts";

export const STAGED: CheckedVersions = { of: "staged", tips: [":"], bases: ["HEAD:"] };

/**
 * Checks what is staged: compares the index (the one that a hook's environment names) with HEAD, or with nothing before the
 * first commit, and during a merge with every other parent too.
 *
 * @param tally counts what is read
 * @throws PprotectError `git_failed`
 */
export async function checkStaged(
  repository: Repository,
  options?: GuardOptions,
  tally = new Tally(),
): Promise<Verdict> {
  const { root } = repository;
  const guard = new Guard(repository, STAGED, options);
  const first = readStagedFiles(root);
  const merged = await mergeHeads(repository);
  const readers: DiffReader[] = [...merged.map((head) => readStagedDiff(root, head)).reverse(), first];
  const waiting = [...readers];
  const subject: Subject = {
    prefix: ":",
    diffs: readers.length,
    next: async () => {
      const diff = waiting.shift()?.next();
      return waiting.length === 0 ? withScannerMeanwhile(diff) : diff;
    },
    asText: (paths) => readStagedDiff(root, undefined, { paths, asText: true }),
    tree: () => stagedTree(repository),
    bases: () => mergeBases(repository, ["HEAD", ...merged]),
    parents: ["HEAD", ...merged],
    tally,
  };
  try {
    return await guard.check(subject);
  } finally {
    await Promise.all([guard.close(), ...readers.map((reader) => reader.close())]);
  }
}

/** ms in which git has compared what most commits change. */
const SLOW_DIFF = 5;

/** Waits for the diff whose text is scanned. When git needs long for it, it is a large one: the scanner is loaded meanwhile. */
async function withScannerMeanwhile(diff: Eventual<Diff | undefined>): Promise<Diff | undefined> {
  const timer = setTimeout(loadScanner, SLOW_DIFF);
  try {
    return await diff;
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Checks the whole content of files, as they are in the index: as if a commit added them. Files that git does not know
 * are passed over. When all of the files have staged changes, there is nothing to check that {@link checkStaged} does
 * not: the pre-commit framework names those for each commit, and others only when asked to check existing files.
 *
 * @param paths relative to the root
 * @throws PprotectError `git_failed`
 */
export async function checkWholeFiles(
  repository: Repository,
  paths: readonly string[],
  options?: GuardOptions,
): Promise<Verdict> {
  const { root } = repository;
  const staged = new Set((await stagedNames(repository)).split("\0"));
  if (paths.every((path) => staged.has(path))) return noFindings();
  const nothing = await emptyTree(repository);
  const guard = new Guard(repository, STAGED, options);
  const reader = readStagedFiles(root, nothing, paths);
  const subject: Subject = {
    prefix: ":",
    diffs: 1,
    next: () => reader.next(),
    asText: (some) => readStagedDiff(root, nothing, { paths: some, asText: true }),
    tree: () => stagedTree(repository),
    bases: async () => [],
    parents: [],
    tally: new Tally(),
  };
  try {
    return await guard.check(subject);
  } finally {
    await Promise.all([guard.close(), reader.close()]);
  }
}

async function stagedTree(repository: Repository): Promise<DiffReader> {
  return readStagedDiff(repository.root, await emptyTree(repository));
}

/** The id of the tree without entries, which git knows without an object. */
export async function emptyTree(repository: Repository): Promise<string> {
  const format = await repository.tryRun("rev-parse", "--show-object-format");
  return format?.trim() === "sha256"
    ? "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321"
    : "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
}

/** By this variable `git merge` names each commit that it merges; its value is the name that the user gave (merge.c). */
const MERGED = /^GITHEAD_([0-9a-f]{40}|[0-9a-f]{64})$/;

/**
 * The commits that are being merged into HEAD. Git writes MERGE_HEAD only after the hook pre-merge-commit; until then
 * the environment has them.
 */
async function mergeHeads(repository: Repository): Promise<string[]> {
  const path = await repository.tryRun("rev-parse", "--git-path", "MERGE_HEAD");
  const file = resolve(repository.directory, withoutLineEnd(path ?? ""));
  if (path === undefined || !existsSync(file)) {
    return Object.keys(process.env).flatMap((name) => MERGED.exec(name)?.[1] ?? []);
  }
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
