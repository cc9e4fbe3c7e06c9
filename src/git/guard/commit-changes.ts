import { PprotectError } from "../../common/errors.ts";
import { whenThere } from "../../common/eventual.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import type { Repository } from "../process/repository.ts";
import type { Commit } from "./commit.ts";
import { type DiffReader, readCommitDiffs, readManyCommitDiffs, readTree } from "./diff-reader.ts";
import { Guard, type GuardOptions, type Subject, type Verdict } from "./guard.ts";
import { joined } from "./message/scan-message.ts";
import { readTags, tagsOfRefs } from "./message/tags.ts";
import { shallowBoundary } from "./shallow-boundary.ts";
import { emptyTree, mergeBases } from "./staged-changes.ts";
import { hasFindings } from "./subject.ts";
import { Tally } from "./tally.ts";
import { loadScanner } from "./text-search.ts";
import type { CheckedVersions } from "./versions.ts";

/** A commit that was checked, or the message of a tag. */
export interface Checked {
  /** Its short id. */
  readonly commit: string;
  /** Its id in full. */
  readonly id: string;
  /** How many commits were checked so far, this one included, and how many there are. Tags come before the first one. */
  readonly done: number;
  readonly total: number;
}

/** What was found in a commit, or in the message of a tag. */
export interface CommitVerdict extends Checked, Verdict {}

/** Which commits to check: one revision or range, every commit and tag of every ref, or commits that were listed. */
export type Selection =
  | { readonly revision: string }
  | { readonly all: true }
  | { readonly listed: readonly Commit[]; readonly versions: CheckedVersions };

/** What is reported besides the verdicts. */
export interface CommitOptions extends GuardOptions {
  /** Gets the commits, by their short ids, whose parents a shallow clone lacks, if there are any. */
  readonly onShallow?: (commits: readonly string[]) => void;
  /** Called after each commit and each message of a tag, before what was found in it is given. */
  readonly onChecked?: (checked: Checked) => void;
}

/** The options of `git rev-list` for {@link parseCommits}: oldest first. */
export const LIST_COMMITS = ["rev-list", "--parents", "--topo-order", "--reverse"] as const;

/**
 * Checks commits, oldest first, each against its parents, and their messages. Of all commits, the messages of tags come first.
 *
 * The team's rules that count are those of the newest commit and those of what was there before a range: a branch can add
 * rules, and not take them away. The baseline is that of the newest commit. For all commits, both are those of HEAD.
 *
 * @param tally counts what is read
 * @returns the commits in which something was found; what was found may be suppressed
 * @throws PprotectError `usage` when git has no such revision, or it is no commit; `git_failed`
 */
export async function* checkCommits(
  repository: Repository,
  selection: Selection,
  options?: CommitOptions,
  tally = new Tally(),
): AsyncGenerator<CommitVerdict> {
  const { root } = repository;
  // Every message needs it: it is loaded while git lists the commits.
  void loadScanner();
  const commits = await commitsOf(repository, selection);
  // A tag may name a file or a tree, in a repository without a commit too.
  if (commits.length === 0 && !("all" in selection)) return;
  const guard = new Guard(repository, await versionsOf(repository, selection), options);
  const nextMessage = guard.messagesOf(commits, tally);
  const reader = readManyCommitDiffs(root, commits.flatMap(pairsOf), guard);
  try {
    // Meanwhile, git makes the first diffs.
    const [short, boundary, tags] = await Promise.all([
      repository.tryRun("rev-parse", "--short", commits.at(-1)?.id ?? "HEAD"),
      options?.onShallow ? shallowBoundary(repository, commits) : [],
      "all" in selection ? tagsOfRefs(repository) : [],
    ]);
    const abbreviated = abbreviation(short);
    if (boundary.length > 0) options?.onShallow?.(boundary.map((id) => id.slice(0, abbreviated)));
    const total = commits.length;
    const checkedAs = (id: string, done: number): Checked => ({
      commit: id.slice(0, abbreviated),
      id,
      done,
      total,
    });
    const ids = tags.length === 0 ? [] : commits.map(({ id }) => id);
    for await (const tag of readTags(root, tags, ids)) {
      const verdict = await guard.messageOfTag(tag, tally);
      const checked = checkedAs(tag.id, 0);
      options?.onChecked?.(checked);
      if (hasFindings(verdict)) yield { ...verdict, ...checked };
    }
    for (const [index, commit] of commits.entries()) {
      const subject = subjectOf(commit, repository, reader, tally);
      // First the files: then it is known which stores are those of the commit before.
      const check = whenThere(guard.check(subject), (inFiles) =>
        whenThere(nextMessage(), (inMessage) => joined(inMessage, inFiles)),
      );
      // Most commits need no waiting: git has printed them, and they are scanned at once.
      const verdict = check instanceof Promise ? await check : check;
      const done = index + 1;
      if (done === total && "all" in selection) options?.onUnused?.(await guard.unusedEntries());
      const checked = checkedAs(commit.id, done);
      options?.onChecked?.(checked);
      if (hasFindings(verdict)) yield { ...verdict, ...checked };
    }
  } finally {
    await Promise.all([guard.close(), reader.close()]);
  }
}

/** @param reader gives its diffs next */
function subjectOf(
  { id, parents }: Commit,
  repository: Repository,
  reader: DiffReader,
  tally: Tally,
): Subject {
  const { root } = repository;
  return {
    prefix: `${id}:`,
    diffs: Math.max(1, parents.length),
    next: () => reader.next(),
    asText: (paths) => readCommitDiffs(root, [[id, parents[0]]], paths),
    tree: async () => readTree(root, id, await emptyTree(repository)),
    bases: () => mergeBases(repository, parents),
    parents,
    tally,
  };
}

/** A commit with each of its parents, in the order of {@link Subject.next}: the first parent last. */
function pairsOf({ id, parents }: Commit): (readonly [string, string | undefined])[] {
  return parents.length === 0
    ? [[id, undefined]]
    : parents.toReversed().map((parent) => [id, parent] as const);
}

async function versionsOf(repository: Repository, selection: Selection): Promise<CheckedVersions> {
  if ("listed" in selection) return selection.versions;
  if ("all" in selection) return { of: "all", tips: ["HEAD:"], bases: ["HEAD:"] };
  const { revision } = selection;
  const range = revision.includes("..") ? revision : `${revision}^!`;
  const listed = (await repository.tryRun("rev-parse", "--revs-only", range)) ?? "";
  const ids = listed.split("\n").filter((line) => line !== "");
  return {
    of: "range",
    tips: ids.filter((id) => !id.startsWith("^")).map((id) => `${id}:`),
    bases: ids.filter((id) => id.startsWith("^")).map((id) => `${id.slice(1)}:`),
  };
}

function abbreviation(short: string | undefined): number {
  return Math.max(7, short?.trim().length ?? 0);
}

async function unknownRevision(repository: Repository, revision: string): Promise<PprotectError> {
  if (revision === "HEAD") {
    const hint = "`pprotect git check --staged` checks what is staged";
    return new PprotectError("usage", "there are no commits yet", hint);
  }
  const isShallow = (await repository.tryRun("rev-parse", "--is-shallow-repository"))?.trim() === "true";
  return new PprotectError(
    "usage",
    `unknown revision or range: ${escapeUnprintable(revision)}`,
    isShallow
      ? "this is a shallow clone: `git fetch --unshallow` fetches the rest; in CI, check out the whole history (`fetch-depth: 0`)"
      : "`git log` lists the commits",
  );
}

async function commitsOf(repository: Repository, selection: Selection): Promise<Commit[]> {
  if ("listed" in selection) return [...selection.listed];
  if ("all" in selection) return parseCommits(await repository.run(...LIST_COMMITS, "--all"));
  const { revision } = selection;
  const isRange = revision.includes("..");
  const args = isRange ? [revision] : ["--max-count=1", revision];
  const listed = revision.startsWith("-")
    ? undefined
    : await repository.tryRun(...LIST_COMMITS, ...args, "--");
  if (listed === undefined) throw await unknownRevision(repository, revision);
  const commits = parseCommits(listed);
  // Git lists nothing for a file or a directory of a commit, which is no answer to what was asked.
  if (commits.length === 0 && !isRange) {
    throw new PprotectError(
      "usage",
      `not a commit: ${escapeUnprintable(revision)}`,
      "give a commit or a range, or check files with `pprotect scan PATH`",
    );
  }
  return commits;
}

/** @param listed what git printed with {@link LIST_COMMITS} */
export function parseCommits(listed: string): Commit[] {
  return listed
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [id = "", ...parents] = line.split(" ");
      return { id, parents };
    });
}
