import { availableParallelism } from "node:os";
import { type Eventual, whenThere } from "../../common/eventual.ts";
import { hasRawBytes } from "../../common/path-bytes.ts";
import { type GitStream, startGit } from "../process/stream.ts";
import type { ScanAhead } from "./ahead/scan-ahead.ts";
import type { DiffEvent, FileChange, PatchEvent } from "./diff-parser.ts";
import { type EarlyDiffs, EventReader } from "./event-reader.ts";

/** One diff: the list of its files, then the lines that it adds to them, as git prints them. */
export interface Diff {
  readonly files: readonly FileChange[];
  /** To be read once, before {@link DiffReader.next} is called again. */
  patches(): NextPatch;
  /** The content of an added file, if it is known without git; valid until the next one is asked for. */
  readonly contentOf?: (file: FileChange) => Uint8Array | undefined;
  /** A thread that scans added files meanwhile. */
  readonly ahead?: ScanAhead;
}

/** @returns the next event, whose bytes are valid until it is called again; at once when it has arrived; `undefined` after the last one */
export type NextPatch = () => Eventual<PatchEvent | undefined>;

/** Several diffs, one after the other. */
export interface DiffReader {
  /** @returns the next diff, at once when its list of files has arrived; `undefined` after the last one */
  next(): Eventual<Diff | undefined>;
  /** Stops git if its output was not read to the end. */
  close(): Promise<void>;
}

/** Options of every diff. They override the configuration: no program runs, and the format is the same everywhere. */
const OPTIONS = [
  "--raw",
  "--patch",
  "-U0",
  "-O/dev/null",
  "--inter-hunk-context=0",
  "--full-index",
  "--no-abbrev",
  "--find-renames",
  "-l400",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-relative",
  "--ignore-submodules=none",
  "--submodule=short",
  "--diff-algorithm=myers",
  "--src-prefix=a/",
  "--dst-prefix=b/",
] as const;

/** Which paths a diff is about; left out, all of them. */
export interface PathChoice {
  readonly paths: readonly string[];
  /** As text even where attributes say otherwise. */
  readonly asText: boolean;
}

/** `git diff --cached` against HEAD, or against `revision`. */
export function readStagedDiff(
  directory: string,
  revision: string | undefined,
  choice: PathChoice = { paths: [], asText: false },
): DiffReader {
  const args = ["diff", "--cached", ...OPTIONS, ...(choice.asText ? ["--text"] : [])];
  const compared = [...args, ...(revision ? [revision] : []), "--"];
  return ofPaths(
    choice.paths,
    (paths) => new StreamReader(startGit(directory, [...compared, ...paths]), false),
  );
}

/** A commit and one of its parents; a root commit is compared with the empty tree. */
type Pair = readonly [commit: string, parent: string | undefined];

/** How many diffs in a row are made by one process: they share most of what they read. */
const BLOCK = 8;
/** Fewer diffs are made by one process. */
const MANY = 8 * BLOCK;
/** As many processes make diffs; more would wait for the one that reads them. */
const MOST_PROCESSES = 3;

/**
 * A diff for each pair of a commit and its parent, in order, by several processes at once.
 */
export function readManyCommitDiffs(
  directory: string,
  pairs: readonly Pair[],
  early?: EarlyDiffs,
): DiffReader {
  const count = pairs.length < MANY ? 1 : Math.min(MOST_PROCESSES, availableParallelism());
  const blocks = Map.groupBy(pairs.keys(), (index) => Math.floor(index / BLOCK) % count);
  const readers = [...blocks.values()].map((indexes) =>
    readCommitDiffs(
      directory,
      indexes.flatMap((index) => pairs.slice(index, index + 1)),
      undefined,
      early,
    ),
  );
  let index = 0;
  return {
    next: () => readers[Math.floor(index++ / BLOCK) % count]?.next(),
    close: async () => {
      await Promise.all(readers.map((reader) => reader.close()));
    },
  };
}

/** All files of a commit, as a diff against the tree without entries. */
export function readTree(directory: string, commit: string, emptyTree: string): DiffReader {
  return new StreamReader(startGit(directory, ["diff-tree", "-r", ...OPTIONS, emptyTree, commit]), false);
}

/** Some files of a tree, as a diff against the tree without entries, as text even where attributes say otherwise. */
export function readTreeAsText(
  directory: string,
  tree: string,
  emptyTree: string,
  paths: readonly string[],
): DiffReader {
  const args = ["diff-tree", "-r", ...OPTIONS, "--text", emptyTree, tree, "--"];
  return ofPaths(paths, (some) => new StreamReader(startGit(directory, [...args, ...some]), false));
}

/** A diff for each pair of a commit and its parent, in order. */
export function readCommitDiffs(
  directory: string,
  pairs: readonly Pair[],
  textPaths?: readonly string[],
  early?: EarlyDiffs,
): DiffReader {
  const args = ["diff-tree", "--stdin", "--always", "--root", "-r", ...OPTIONS];
  const input = pairs.map(([commit, parent]) => `${commit}${parent ? ` ${parent}` : ""}\n`).join("");
  const text = textPaths ? ["--text", "--"] : [];
  return ofPaths(
    textPaths ?? [],
    (paths) => new StreamReader(startGit(directory, [...args, ...text, ...paths], input), true, early),
  );
}

/**
 * A reader of some paths. An argument of a program cannot have bytes that are not UTF-8: with such a path, git is asked for all.
 *
 * @param paths if there are none, all
 * @param open takes paths as arguments for git
 */
function ofPaths(paths: readonly string[], open: (paths: readonly string[]) => DiffReader): DiffReader {
  if (!paths.some(hasRawBytes)) return open(paths);
  const all = open([]);
  const chosen = new Set(paths);
  return {
    close: () => all.close(),
    async next() {
      const diff = await all.next();
      return diff && partOf(diff, chosen);
    },
  };
}

function partOf(diff: Diff, paths: ReadonlySet<string>): Diff {
  const files = diff.files.filter(({ path, oldPath }) => paths.has(path) || paths.has(oldPath));
  const known = new Set(files.flatMap(({ path, newId }) => [path, newId]));
  return {
    files,
    patches() {
      const next = diff.patches();
      return async () => {
        let event = await next();
        while (event && !known.has(event.kind === "patch" ? event.patch.path : event.newId))
          event = await next();
        return event;
      };
    },
  };
}

class StreamReader implements DiffReader {
  readonly #events: EventReader;
  #next: DiffEvent | undefined;

  /** @param perCommit whether each diff starts with the id of a commit */
  constructor(stream: GitStream, perCommit: boolean, early?: EarlyDiffs) {
    this.#events = new EventReader(stream, perCommit, early);
  }

  next(): Eventual<Diff | undefined> {
    const event = this.#take();
    return event instanceof Promise || event?.kind !== "files"
      ? this.#nextLater(event)
      : this.#diff(event.files);
  }

  async #nextLater(first: Eventual<DiffEvent | undefined>): Promise<Diff | undefined> {
    let event = await first;
    // What is left of the diff before is passed over.
    while (event && event.kind !== "files") event = await this.#take();
    return event && this.#diff(event.files);
  }

  #diff(files: readonly FileChange[]): Diff {
    return { files, patches: () => () => whenThere(this.#take(), (event) => this.#patch(event)) };
  }

  async close(): Promise<void> {
    await this.#events.close();
  }

  #patch(event: DiffEvent | undefined): PatchEvent | undefined {
    if (event?.kind !== "files") return event;
    // It begins the next diff.
    this.#next = event;
    return undefined;
  }

  #take(): Eventual<DiffEvent | undefined> {
    const waiting = this.#next;
    this.#next = undefined;
    return waiting ?? this.#events.next();
  }
}
