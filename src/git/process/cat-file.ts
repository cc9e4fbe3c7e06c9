import { bufferOf } from "../../common/buffer-of.ts";
import { type Eventual, whenThere } from "../../common/eventual.ts";
import { pathBytes } from "../../common/path-bytes.ts";
import { ByteReader } from "./byte-reader.ts";
import { gitFailure, isPartialClone, spawnGit } from "./stream.ts";

/** Reads many objects through one process: starting git takes longer than reading an object. */
export interface BlobReader {
  /**
   * @param name a blob's id, or another name of it, such as `:PATH`; it may contain spaces, but no line end
   * @param limit as many of its first bytes are kept in memory, and returned
   * @returns the blob's bytes, or `undefined` when the repository has no blob of that name
   * @throws PprotectError `git_failed`, also when a partial clone lacks an object that is asked for by its id: it exists
   */
  read(name: string, limit?: number): Promise<Uint8Array | undefined>;
  close(): Promise<void>;
}

/** An object of any type. */
export interface GitObject {
  /** `blob`, `tree`, `commit` or `tag`. */
  readonly type: string;
  readonly bytes: Uint8Array;
}

/** {@link BlobReader} for objects of any type. */
export interface ObjectReader extends BlobReader {
  /** As {@link BlobReader.read}. */
  readObject(name: string, limit?: number): Promise<GitObject | undefined>;
}

const NEWLINE = 10;
const END = Uint8Array.of(NEWLINE);
/** An object's id, in full or shortened; every other name that we use has a `:` in it. */
const OBJECT_ID = /^[0-9a-f]+$/;
/** The header of an object that was found: its full id, type and size (git-cat-file(1)). */
const FOUND = /^[0-9a-f]{40,64} (\w+) (\d+)\n$/;

/** Starts a `git cat-file --batch`. */
export function openBlobReader(directory: string): BlobReader {
  return openObjectReader(directory);
}

/** Starts a `git cat-file --batch`. */
export function openObjectReader(directory: string): ObjectReader {
  const git = spawnGit(directory, ["cat-file", "--batch"], "pipe");
  const receive = answersOf(directory, git.stdout);
  let isFlushing = false;
  // Once for all that is asked for at the same time.
  const flushSoon = (): void => {
    if (isFlushing) return;
    isFlushing = true;
    queueMicrotask(() => {
      isFlushing = false;
      // Not awaited: git may have to be read from first. If it has ended, reading its answer says so.
      void Promise.resolve(git.stdin.flush()).catch(() => undefined);
    });
  };
  let last: Promise<unknown> = Promise.resolve();
  // Many questions may be under way; the answers come in their order.
  const readObject = async (name: string, limit = Number.POSITIVE_INFINITY) => {
    // Git would take it for two names, and every later answer for that to another question.
    if (name.includes("\n")) return undefined;
    git.stdin.write(Buffer.concat([pathBytes(name), END]));
    flushSoon();
    const answer = last.then(() => receive(name, limit));
    last = answer.catch(() => undefined);
    return answer;
  };
  return {
    readObject,
    async read(name, limit) {
      const object = await readObject(name, limit);
      return object?.type === "blob" ? object.bytes : undefined;
    },
    async close() {
      await git.stdin.end();
      await git.exited;
    },
  };
}

/** Objects that are read one after the other. */
export interface ObjectStream {
  /**
   * @returns the next object, at once when it has arrived; `undefined` for one that the repository does not have, and after the last
   * @throws PprotectError `git_failed`, also when a partial clone lacks the object
   */
  next(): Eventual<GitObject | undefined>;
  /** Stops git if its output was not read to the end. */
  close(): Promise<void>;
}

/**
 * Reads objects in order. Git gets all their names at once, and writes them as fast as they are read.
 *
 * @param ids in full
 * @param limit as many of the first bytes of each are kept in memory, and returned
 */
export function streamObjects(directory: string, ids: readonly string[], limit: number): ObjectStream {
  const input = Buffer.from(ids.map((id) => `${id}\n`).join(""));
  const git = spawnGit(directory, ["cat-file", "--batch", "--buffer"], input);
  const receive = answersOf(directory, git.stdout);
  const rest = ids.values();
  return {
    next() {
      const { value: id } = rest.next();
      return id === undefined ? undefined : receive(id, limit);
    },
    async close() {
      git.kill();
      await git.exited;
    },
  };
}

type Receive = (name: string, limit: number) => Eventual<GitObject | undefined>;

/** Reads the answers of a `git cat-file --batch`, each to the name that it was asked for; at once those that have arrived. */
function answersOf(directory: string, stdout: ReadableStream<Uint8Array>): Receive {
  const output = new ByteReader(stdout, () => gitFailure(directory, "cat-file", ""));
  const missing = async (name: string): Promise<undefined> => {
    if (!OBJECT_ID.test(name) || !(await isPartialClone(directory))) return undefined;
    throw await gitFailure(directory, "cat-file", `object ${name} is missing`);
  };
  const startOf = async (type: string, size: number, limit: number): Promise<GitObject> => {
    const bytes = await output.take(limit);
    await output.skip(size - limit + 1);
    return { type, bytes };
  };
  return (name, limit) =>
    whenThere(output.takeThrough(NEWLINE), (line) => {
      const [, type = "", digits] = FOUND.exec(bufferOf(line).toString("latin1")) ?? [];
      // `NAME missing`, or `NAME ambiguous` for the start of several ids; NAME is as it was asked for, spaces included.
      if (digits === undefined) return missing(name);
      const size = Number(digits);
      if (size > limit) return startOf(type, size, limit);
      // A line end follows the content.
      return whenThere(output.take(size + 1), (bytes) => ({ type, bytes: bytes.subarray(0, size) }));
    });
}
