import { availableParallelism } from "node:os";
import { bufferOf } from "../../common/buffer-of.ts";
import { hasRawBytes } from "../../common/path-bytes.ts";
import { type GitStream, startGit } from "../process/stream.ts";
import type { ScanAhead } from "./ahead/scan-ahead.ts";
import { type DiffEvent, DiffParser, type FileChange, MAX_ADDED } from "./diff-parser.ts";

/** One diff: the list of its files, then the lines that it adds to them, as git prints them. */
export interface Diff {
  readonly files: readonly FileChange[];
  /** To be read once, before {@link DiffReader.next} is called again. The bytes of each are valid until the next one is read. */
  patches(): AsyncIterable<Exclude<DiffEvent, { kind: "files" }>>;
  /** The content of an added file, if it is known without git; valid until the next one is asked for. */
  readonly contentOf?: (file: FileChange) => Uint8Array | undefined;
  /** A thread that scans added files meanwhile. */
  readonly ahead?: ScanAhead;
}

/** Several diffs, one after the other. */
export interface DiffReader {
  /** @returns `undefined` after the last diff */
  next(): Promise<Diff | undefined>;
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

type OnFiles = (files: readonly FileChange[]) => void;

/** How many diffs in a row are made by one process: they share most of what they read. */
const BLOCK = 8;
/** Fewer diffs are made by one process. */
const MANY = 8 * BLOCK;
/** As many processes make diffs; more would wait for the one that reads them. */
const MOST_PROCESSES = 3;

/**
 * A diff for each pair of a commit and its parent, in order, by several processes at once.
 * @param onFiles gets the files of each diff as soon as git has printed it, which may be long before it is asked for
 */
export function readManyCommitDiffs(
  directory: string,
  pairs: readonly Pair[],
  onFiles?: OnFiles,
): DiffReader {
  const count = pairs.length < MANY ? 1 : Math.min(MOST_PROCESSES, availableParallelism());
  const blocks = Map.groupBy(pairs.keys(), (index) => Math.floor(index / BLOCK) % count);
  const readers = [...blocks.values()].map((indexes) =>
    readCommitDiffs(
      directory,
      indexes.flatMap((index) => pairs.slice(index, index + 1)),
      undefined,
      onFiles,
    ),
  );
  let index = 0;
  return {
    next: async () => readers[Math.floor(index++ / BLOCK) % count]?.next(),
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
  onFiles?: OnFiles,
): DiffReader {
  const args = ["diff-tree", "--stdin", "--always", "--root", "-r", ...OPTIONS];
  const input = pairs.map(([commit, parent]) => `${commit}${parent ? ` ${parent}` : ""}\n`).join("");
  const text = textPaths ? ["--text", "--"] : [];
  return ofPaths(
    textPaths ?? [],
    (paths) => new StreamReader(startGit(directory, [...args, ...text, ...paths], input), true, onFiles),
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
    async *patches() {
      for await (const event of diff.patches())
        if (known.has(event.kind === "patch" ? event.patch.path : event.newId)) yield event;
    },
  };
}

/** What comes after the list of files. */
type PatchEvent = Exclude<DiffEvent, { kind: "files" }>;

class StreamReader implements DiffReader {
  readonly #events: EventReader;
  #next: DiffEvent | undefined;

  /** @param perCommit whether each diff starts with the id of a commit */
  constructor(stream: GitStream, perCommit: boolean, onFiles?: OnFiles) {
    this.#events = new EventReader(stream, perCommit, onFiles);
  }

  async next(): Promise<Diff | undefined> {
    // What is left of the diff before is passed over.
    let event = await this.#take();
    while (event && event.kind !== "files") event = await this.#take();
    return event && { files: event.files, patches: () => this.#patches() };
  }

  async close(): Promise<void> {
    await this.#events.close();
  }

  #patches(): AsyncIterable<PatchEvent> {
    const next = async (): Promise<IteratorResult<PatchEvent>> => {
      const event = await this.#take();
      if (event && event.kind !== "files") return { done: false, value: event };
      this.#next = event;
      return { done: true, value: undefined };
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  #take(): DiffEvent | undefined | Promise<DiffEvent | undefined> {
    const waiting = this.#next;
    this.#next = undefined;
    return waiting ?? this.#events.next();
  }
}

const LINE_FEED = 10;
/** A line without an end does not fill the memory: what is beyond the limit is not scanned anyway. */
const LONGEST_LINE = 2 * MAX_ADDED;

/** Reads the events of git's output, as it comes. */
class EventReader {
  readonly #stream: GitStream;
  readonly #chunks: {
    read(): Promise<{ done: boolean; value?: Uint8Array | undefined }>;
    cancel(): Promise<void>;
  };
  readonly #parser: DiffParser;
  readonly #unfinished = new UnfinishedLine();
  readonly #onFiles: OnFiles | undefined;
  #events: DiffEvent[] = [];
  #taken = 0;
  #ended = false;

  constructor(stream: GitStream, perCommit: boolean, onFiles?: OnFiles) {
    this.#stream = stream;
    this.#onFiles = onFiles;
    this.#chunks = stream.output.getReader();
    this.#parser = new DiffParser(perCommit);
  }

  /** @returns `undefined` after the last one. @throws PprotectError `git_failed` */
  next(): DiffEvent | undefined | Promise<DiffEvent | undefined> {
    return this.#taken < this.#events.length ? this.#events[this.#taken++] : this.#wait();
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#ended = true;
    this.#stream.stop();
    await this.#chunks.cancel();
  }

  async #wait(): Promise<DiffEvent | undefined> {
    while (this.#taken === this.#events.length && !this.#ended) {
      this.#events = [];
      this.#taken = 0;
      const { done, value } = await this.#chunks.read();
      if (value) this.#parse(bufferOf(value));
      if (done) this.#end();
    }
    if (this.#taken < this.#events.length) return this.#events[this.#taken++];
    await this.#stream.finished();
    return undefined;
  }

  #parse(chunk: Buffer): void {
    const first = chunk.indexOf(LINE_FEED);
    if (first === -1) {
      this.#unfinished.add(chunk);
      return;
    }
    const line = this.#unfinished.finish(chunk.subarray(0, first));
    this.#parser.push(line, 0, line.length, this.#events);
    this.#unfinished.add(chunk.subarray(this.#parser.pushLines(chunk, first + 1, this.#events)));
    if (this.#onFiles)
      for (const event of this.#events) if (event.kind === "files") this.#onFiles(event.files);
  }

  #end(): void {
    const line = this.#unfinished.finish(Buffer.alloc(0));
    if (line.length > 0) this.#parser.push(line, 0, line.length, this.#events);
    this.#parser.end(this.#events);
    this.#ended = true;
  }
}

/** A line that goes over several chunks. */
class UnfinishedLine {
  #parts: Uint8Array[] = [];
  #length = 0;

  add(part: Uint8Array): void {
    if (part.length === 0 || this.#length > LONGEST_LINE) return;
    this.#parts.push(Uint8Array.prototype.slice.call(part));
    this.#length += part.length;
  }

  /** The whole line. */
  finish(end: Buffer): Buffer {
    if (this.#length === 0) return end;
    const line = Buffer.concat([...this.#parts, end]);
    this.#parts = [];
    this.#length = 0;
    return line;
  }
}
