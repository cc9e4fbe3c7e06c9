import { PprotectError } from "../../common/errors.ts";
import { startGit } from "../process/stream.ts";
import type { SearchedRepository } from "./repositories.ts";

/** A commit that brought an object in, or that has the secret in its own message. */
export interface LeakCommit {
  readonly id: string;
  /** As the commit says. */
  readonly author: string;
  /** ms since 1970, as the commit says. */
  readonly time: number;
  /** Where the commit has it; nothing for its message. */
  readonly path: string | undefined;
  /** Refs from which the commit is reached, remote branches among them. */
  readonly refs: readonly string[];
}

/**
 * Fields of `git log`, each ended by NUL, before the raw changes of the commit. A name cannot have the NUL that comes
 * before the mark of a record.
 */
const FORMAT = "%x00%x01%H%x00%an <%ae>%x00%at%x00";
const RECORD = "\0\u0001";
const RAW = /^:\d+ \d+ ([0-9a-f]+) ([0-9a-f]+) ([A-Z])\d*$/;

/** What `git log` says of a commit. */
type Header = Omit<LeakCommit, "path" | "refs">;

/** The commits of objects, by the object's id. */
export interface FoundCommits {
  /** An object that no commit reaches has none. */
  readonly commits: ReadonlyMap<string, readonly LeakCommit[]>;
  /** Whether git could read the history to its end: else an object may have more commits, or one at all. */
  readonly isComplete: boolean;
}

/**
 * The commits that brought objects in: of all refs, of stashes and notes, and of what the reflogs still reach.
 *
 * @param ids of blobs and commits
 */
export async function commitsOf(
  repository: SearchedRepository,
  ids: ReadonlySet<string>,
): Promise<FoundCommits> {
  const found = new Map<string, (Header & { path: string | undefined })[]>();
  const add = (id: string, commit: Header, path: string | undefined): void => {
    const known = found.get(id) ?? [];
    found.set(id, known);
    if (!known.some((each) => each.id === commit.id && each.path === path)) known.push({ ...commit, path });
  };
  if (ids.size === 0) return { commits: new Map(), isComplete: true };
  let isComplete = true;
  try {
    for await (const { header, changes } of logOf(repository)) {
      if (ids.has(header.id)) add(header.id, header, undefined);
      for (const { before, after, path } of changes) {
        if (ids.has(after) && before !== after) add(after, header, path);
      }
    }
  } catch (error) {
    // Trees that a partial clone lacks, or a broken repository: what was found is reported all the same.
    if (!(error instanceof PprotectError)) throw error;
    isComplete = false;
  }
  const refs = new Map<string, readonly string[]>();
  const result = new Map<string, LeakCommit[]>();
  for (const [id, commits] of found) {
    const complete: LeakCommit[] = [];
    for (const commit of commits) {
      const known = refs.get(commit.id) ?? (await refsWith(repository, commit.id));
      refs.set(commit.id, known);
      complete.push({ ...commit, refs: known });
    }
    result.set(id, complete.toReversed());
  }
  return { commits: result, isComplete };
}

/** The refs that reach a commit. */
async function refsWith(repository: SearchedRepository, commit: string): Promise<readonly string[]> {
  const text = await repository.run("for-each-ref", "--format=%(refname)", `--contains=${commit}`);
  return text.split("\n").filter((line) => line !== "");
}

interface Change {
  readonly before: string;
  readonly after: string;
  readonly path: string;
}

async function* logOf(
  repository: SearchedRepository,
): AsyncGenerator<{ header: Header; changes: readonly Change[] }> {
  const git = startGit(repository.directory, [
    ...[
      ...repository.options,
      "-c",
      "log.showRoot=true",
      "log",
      "--all",
      "--reflog",
      "--no-ext-diff",
      "--no-textconv",
      "--no-renames",
    ],
    ...["--full-index", "--raw", "--no-abbrev", "-m", "-r", "-z", `--format=${FORMAT}`],
  ]);
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of git.output) {
    text += decoder.decode(chunk, { stream: true });
    const records = text.split(RECORD);
    text = records.pop() ?? "";
    for (const record of records) if (record !== "") yield readRecord(record);
  }
  const last = text + decoder.decode();
  if (last !== "") yield readRecord(last);
  await git.finished();
}

function readRecord(record: string): { header: Header; changes: readonly Change[] } {
  const [id = "", author = "", seconds = "0", ...rest] = record.split("\0");
  const changes: Change[] = [];
  for (let at = 0; at + 1 < rest.length; at++) {
    const [, before, after] = RAW.exec((rest[at] ?? "").trimStart()) ?? [];
    if (before === undefined || after === undefined) continue;
    changes.push({ before, after, path: rest[++at] ?? "" });
  }
  return { header: { id, author, time: Number(seconds) * 1000 }, changes };
}
