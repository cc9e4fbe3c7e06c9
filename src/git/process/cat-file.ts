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
  const output = new ByteReader(git.stdout, () => gitFailure(directory, "cat-file", ""));
  const receive = async (name: string, limit: number): Promise<GitObject | undefined> => {
    const header = Buffer.from(await output.takeThrough(NEWLINE)).toString();
    const [, type = "", size] = FOUND.exec(header) ?? [];
    // `NAME missing`, or `NAME ambiguous` for the start of several ids; NAME is as it was asked for, spaces included.
    if (size === undefined) {
      if (!OBJECT_ID.test(name) || !(await isPartialClone(directory))) return undefined;
      throw await gitFailure(directory, "cat-file", `object ${name} is missing`);
    }
    const kept = Math.min(Number(size), limit);
    const bytes = await output.take(kept);
    await output.skip(Number(size) - kept + 1);
    return { type, bytes };
  };
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
