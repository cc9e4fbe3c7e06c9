import { resolve } from "node:path";
import { GitError, type SimpleGit, simpleGit } from "simple-git";
import { PprotectError } from "../common/errors.ts";
import { escapeUnprintable } from "../common/terminal-safe.ts";
import { withoutLineEnd } from "../common/text.ts";
import { gitCommand, gitEnvironment, gitProgram, RUNS_NOTHING } from "./git-program.ts";

/** A git repository with a work tree, as seen from one folder in it. */
export interface Repository {
  /** The work tree's top folder, absolute. */
  readonly root: string;
  /** The folder that `git` runs in, absolute; relative paths are read against it. */
  readonly folder: string;
  /**
   * Runs git and gives what it printed.
   * @throws PprotectError `git_failed` with git's own first line
   */
  run(...args: readonly string[]): Promise<string>;
  /** {@link run}, or `undefined` when git says no (exit status other than 0). */
  ask(...args: readonly string[]): Promise<string | undefined>;
}

/**
 * The repository around a folder.
 * @throws PprotectError `not_a_repository`
 */
export async function openRepository(folder: string): Promise<Repository> {
  const absolute = resolve(folder);
  const git = gitIn(absolute);
  const root = await quietly(git, ["rev-parse", "--show-toplevel"]);
  if (root === undefined) {
    throw new PprotectError(
      "not_a_repository",
      `${escapeUnprintable(folder)} is not in a git work tree`,
      "run it inside one",
    );
  }
  return {
    root: withoutLineEnd(root),
    folder: absolute,
    run: (...args) => loudly(git, args),
    ask: (...args) => quietly(git, args),
  };
}

function gitIn(folder: string): SimpleGit {
  const git = simpleGit({
    baseDir: folder,
    binary: gitProgram(),
    config: [...RUNS_NOTHING],
    // When git's pipes are closed it is done; the timer that would start at its exit keeps us running 50 ms more.
    completion: { onClose: true, onExit: false },
    // What pprotect itself writes into a repository's config; every value is a constant of ours.
    unsafe: {
      allowUnsafeMergeDriver: true,
      allowUnsafeDiffTextConv: true,
      allowUnsafeHooksPath: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeCustomBinary: true,
      allowUnsafeFsMonitor: true,
    },
    allowEnvironment: AMBIENT,
    // simple-git alone takes a failure without a message, such as `config --get` of nothing, for a success.
    errors: (error, { exitCode, stdErr }) =>
      error ??
      (exitCode === 0 ? undefined : Buffer.concat([...stdErr, Buffer.from(`exit status ${exitCode}`)])),
  });
  return git.env(ambientEnvironment());
}

/**
 * The user's own variables and those that git sets for a hook (`git commit FILE` has an index of its own), by which
 * git finds repository, index and config. simple-git would take every `GIT_` variable away, and look elsewhere.
 */
const AMBIENT = [
  "GIT_DIR",
  "GIT_WORK_TREE",
  "GIT_COMMON_DIR",
  "GIT_INDEX_FILE",
  "GIT_OBJECT_DIRECTORY",
  "GIT_ALTERNATE_OBJECT_DIRECTORIES",
  "GIT_CEILING_DIRECTORIES",
  "GIT_CONFIG_GLOBAL",
  "GIT_CONFIG_SYSTEM",
  "GIT_CONFIG_NOSYSTEM",
  "GIT_OPTIONAL_LOCKS",
];

/** What simple-git refuses to pass on. */
const GUARDED = /^(?:GIT_.*|EDITOR|VISUAL|PAGER|PREFIX|SSH_ASKPASS)$/i;

function ambientEnvironment(): Record<string, string> {
  const allowed = Object.entries(gitEnvironment()).filter(
    ([name]) => !GUARDED.test(name) || AMBIENT.includes(name),
  );
  return Object.fromEntries(allowed);
}

async function loudly(git: SimpleGit, args: readonly string[]): Promise<string> {
  try {
    return await git.raw([...args]);
  } catch (error) {
    const [line = "no message"] = error instanceof GitError ? error.message.trim().split("\n") : [];
    throw new PprotectError("git_failed", `git ${args[0]} failed: ${escapeUnprintable(line)}`, undefined, {
      cause: error,
    });
  }
}

async function quietly(git: SimpleGit, args: readonly string[]): Promise<string | undefined> {
  try {
    return await git.raw([...args]);
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** Reads many objects through one process: starting git for each takes longer than all of the reading. */
export interface BlobReader {
  /** @returns the blob's bytes, or `undefined` when the repository has no blob of that id */
  read(id: string): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** A `git cat-file --batch` to ask one blob after the other; simple-git can neither feed nor stream one. */
export function openBlobReader({ folder }: Pick<Repository, "folder">): BlobReader {
  const git = Bun.spawn([...gitCommand(), "cat-file", "--batch"], {
    cwd: folder,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    env: gitEnvironment(),
  });
  const output = new ByteQueue(git.stdout.getReader());
  const read = async (id: string): Promise<Uint8Array | undefined> => {
    git.stdin.write(`${id}\n`);
    await git.stdin.flush();
    const header = Buffer.from(await output.takeThrough(NEWLINE)).toString();
    const [, type, size] = header.trimEnd().split(" ");
    // `ID missing`, or for a name that stands for several objects `ID ambiguous`.
    if (size === undefined) return undefined;
    const content = (await output.take(Number(size) + 1)).subarray(0, -1);
    return type === "blob" ? content : undefined;
  };
  let last: Promise<unknown> = Promise.resolve();
  return {
    // Answers come in the order of the questions, so one must be read to its end before the next is asked.
    read(id) {
      const answer = last.then(() => read(id));
      last = answer.catch(() => undefined);
      return answer;
    },
    async close() {
      await git.stdin.end();
      await git.exited;
    },
  };
}

const NEWLINE = 10;

/** Bytes as they come, taken out in pieces of a wanted length. */
class ByteQueue {
  readonly #source: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> };
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(source: { read(): Promise<{ done: boolean; value?: Uint8Array | undefined }> }) {
    this.#source = source;
  }

  async take(length: number): Promise<Uint8Array> {
    while (this.#length < length) await this.#receive();
    const all = this.#chunks.length === 1 ? this.#chunks[0] : Buffer.concat(this.#chunks);
    const bytes = all ?? new Uint8Array();
    this.#chunks = [bytes.subarray(length)];
    this.#length -= length;
    return bytes.subarray(0, length);
  }

  async takeThrough(byte: number): Promise<Uint8Array> {
    for (let passed = 0, at = 0; ; at++) {
      while (at >= this.#chunks.length) await this.#receive();
      const chunk = this.#chunks[at] ?? new Uint8Array();
      const found = chunk.indexOf(byte);
      if (found !== -1) return this.take(passed + found + 1);
      passed += chunk.length;
    }
  }

  async #receive(): Promise<void> {
    const { done, value } = await this.#source.read();
    if (done || !value) throw new PprotectError("git_failed", "git cat-file ended before its time");
    this.#chunks.push(value);
    this.#length += value.length;
  }
}

/** A running git whose output is read as it comes. */
export interface GitStream {
  readonly output: ReadableStream<Uint8Array>;
  /** Waits for its end. @throws PprotectError `git_failed` with git's own first line */
  finished(): Promise<void>;
  stop(): void;
}

/** Switches off what could page, colour or re-quote. */
const UNCONFIGURED = [
  "--no-pager",
  "--literal-pathspecs",
  "-c",
  "core.quotePath=true",
  "-c",
  "color.ui=false",
] as const;

/** Starts git to read a stream of any size from it; simple-git gathers all of it as text first. */
export function startGit(
  { folder }: Pick<Repository, "folder">,
  args: readonly string[],
  input = "",
): GitStream {
  const git = Bun.spawn([...gitCommand(), ...UNCONFIGURED, ...args], {
    cwd: folder,
    stdin: Buffer.from(input),
    stdout: "pipe",
    stderr: "pipe",
    env: { ...gitEnvironment(), GIT_DIFF_OPTS: "", LC_ALL: "C" },
  });
  const complaint = new Response(git.stderr).text();
  return {
    output: git.stdout,
    async finished() {
      const [status, said] = await Promise.all([git.exited, complaint]);
      if (status === 0) return;
      const [line = "no message"] = said.trim().split("\n");
      throw new PprotectError("git_failed", `git ${args[0]} failed: ${escapeUnprintable(line)}`);
    },
    stop: () => git.kill(),
  };
}

/** Reads one attribute of many paths through one process. */
export interface AttributeReader {
  /** The attribute's value for each path (`unspecified`, `set`, `unset` or a word), from the index's `.gitattributes`. */
  read(paths: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}

/** A `git check-attr --stdin` to ask one list of paths after the other; they are relative to `folder`. */
export function openAttributeReader(
  { folder }: Pick<Repository, "folder">,
  attribute: string,
): AttributeReader {
  const git = Bun.spawn([...gitCommand(), "check-attr", "-z", "--stdin", "--cached", attribute], {
    cwd: folder,
    stdin: "pipe",
    stdout: "pipe",
    stderr: "ignore",
    env: { ...gitEnvironment(), GIT_FLUSH: "1" },
  });
  const output = new ByteQueue(git.stdout.getReader());
  return {
    async read(paths) {
      if (paths.length === 0) return [];
      git.stdin.write(paths.map((path) => `${path}\0`).join(""));
      // Not awaited: git may have to be read from before it takes all of a long list.
      const written = Promise.resolve(git.stdin.flush());
      const values: string[] = [];
      for (let index = 0; index < paths.length; index++) {
        await output.takeThrough(0);
        await output.takeThrough(0);
        values.push(
          Buffer.from(await output.takeThrough(0))
            .toString()
            .slice(0, -1),
        );
      }
      await written;
      return values;
    },
    async close() {
      await git.stdin.end();
      await git.exited;
    },
  };
}

/**
 * {@link openRepository} that also takes a bare repository, where server-side hooks run: its root is the
 * repository itself.
 */
export async function openAnyRepository(folder: string): Promise<Repository> {
  const absolute = resolve(folder);
  const git = gitIn(absolute);
  const bare = await quietly(git, ["rev-parse", "--is-bare-repository", "--absolute-git-dir"]);
  const [isBare, gitFolder] = bare?.split(/\r?\n/) ?? [];
  if (isBare !== "true" || gitFolder === undefined) return openRepository(folder);
  return {
    root: gitFolder,
    folder: absolute,
    run: (...args) => loudly(git, args),
    ask: (...args) => quietly(git, args),
  };
}
