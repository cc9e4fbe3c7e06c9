import { type GitObject, type ObjectReader, openObjectReader } from "../../process/cat-file.ts";
import type { Repository } from "../../process/repository.ts";
import { startGit } from "../../process/stream.ts";
import { withoutMarkers } from "../allowance.ts";
import type { Commit } from "../commit.ts";
import {
  type Checked,
  type CommitVerdict,
  checkCommits,
  LIST_COMMITS,
  parseCommits,
} from "../commit-changes.ts";
import { MAX_MESSAGE, MessageScan } from "../message/scan-message.ts";
import { targetOf } from "../message/tags.ts";
import { type GuardOptions, scanSources } from "../scan-sources.ts";
import { hasFindings, type Verdict } from "../subject.ts";
import type { Tally } from "../tally.ts";
import type { CheckedVersions } from "../versions.ts";

/** What a push brings. */
export interface Push {
  /** The objects that refs get: commits, tags, or others. */
  readonly tips: readonly string[];
  /** The objects that the other side has; those that are not here count for nothing. */
  readonly known: readonly string[];
  /** Arguments by which `git rev-list` finds more that the other side has, such as `--all`. */
  readonly knownRefs: readonly string[];
  /** Names of commits whose rules of the team count too, such as `HEAD`; one that does not exist has none. */
  readonly accepted: readonly string[];
}

export interface PushOptions {
  readonly guard: GuardOptions;
  readonly tally: Tally;
  /** Called after each commit, and after each other object that a ref gets, before what was found in it is given. */
  readonly onChecked?: (checked: Checked) => void;
}

/** Abbreviated ids of objects that are not commits. */
const SHORT = 10;

/**
 * Checks what a push brings: the files and the messages of the commits that are new to the other side, and the messages of
 * its tags. A ref may also name a tree or a file.
 *
 * @returns those in which something was found; what was found may be suppressed
 * @throws PprotectError `git_failed`
 */
export async function* checkPush(
  repository: Repository,
  push: Push,
  options: PushOptions,
): AsyncGenerator<CommitVerdict> {
  const objects = openObjectReader(repository.root);
  try {
    const { commits: starts, others } = await peel(objects, push.tips);
    const known = await existing(objects, push.known);
    const listed = await newCommits(repository, starts, known, push);
    const versions: CheckedVersions = {
      of: "push",
      tips: starts.map((id) => `${id}:`),
      bases: [...known, ...push.accepted].map((name) => `${name}:`),
    };
    const messages = new MessageScan(scanSources(repository.root, objects, versions, options.guard));
    const total = listed.length;
    for (const named of others) {
      const { id, object } = named;
      const isTag = object.type === "tag";
      if (isTag) options.tally.message();
      const verdict = isTag
        ? await messages.object({ prefix: `${id}:`, parents: [] }, object)
        : await checkOther(repository, named, versions, options);
      const checked = { commit: id.slice(0, SHORT), id, done: 0, total };
      options.onChecked?.(checked);
      if (hasFindings(verdict)) yield { ...verdict, ...checked };
    }
    const { guard, tally, onChecked } = options;
    yield* checkCommits(
      repository,
      { listed, versions },
      { ...guard, ...(onChecked && { onChecked }) },
      tally,
    );
  } finally {
    await objects.close();
  }
}

interface Named {
  readonly id: string;
  readonly object: GitObject;
}

/** The commits that refs name, by tags too, and the tags, trees and files among what they name. */
async function peel(
  objects: ObjectReader,
  tips: readonly string[],
): Promise<{ commits: readonly string[]; others: readonly Named[] }> {
  const commits = new Set<string>();
  const others = new Map<string, Named>();
  for (const tip of tips) {
    for (let id: string | undefined = tip; id !== undefined && !others.has(id); ) {
      const object: GitObject | undefined = await objects.readObject(id, MAX_MESSAGE);
      // Git says what is wrong with an object that is not there.
      if (object === undefined || object.type === "commit") commits.add(id);
      else others.set(id, { id, object });
      id = object && targetOf(object);
    }
  }
  return { commits: [...commits], others: [...others.values()] };
}

/** The objects that are in this repository. */
async function existing(objects: ObjectReader, ids: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const id of ids) if (await objects.readObject(id, 0)) found.push(id);
  return found;
}

/** The commits that the other side does not have, oldest first. */
async function newCommits(
  { root }: Repository,
  starts: readonly string[],
  known: readonly string[],
  { knownRefs }: Push,
): Promise<Commit[]> {
  if (starts.length === 0) return [];
  const input = [...starts, ...known.map((id) => `^${id}`)].map((line) => `${line}\n`).join("");
  const not = knownRefs.length === 0 ? [] : ["--not", ...knownRefs];
  const git = startGit(root, [...LIST_COMMITS, "--stdin", ...not], input);
  const listed = await new Response(git.output).text();
  await git.finished();
  return parseCommits(listed);
}

async function checkOther(
  repository: Repository,
  { id, object: { type, bytes } }: Named,
  versions: CheckedVersions,
  { guard, tally }: PushOptions,
): Promise<Verdict> {
  const { checkTree, scanLoneFile } = await import("./scan-object.ts");
  if (type === "tree") return checkTree(repository, id, versions, guard, tally);
  return scanLoneFile(id, guard.allowance?.markers === false ? withoutMarkers(bytes) : bytes);
}
