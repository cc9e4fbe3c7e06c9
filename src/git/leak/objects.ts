import { ByteReader } from "../process/byte-reader.ts";
import { gitFailure, spawnGit } from "../process/stream.ts";
import type { SearchedRepository } from "./repositories.ts";

/** What git is run with: the directory, and options that come before a command. */
type Place = Pick<SearchedRepository, "directory" | "options">;

/** An object of a repository, as its content comes. */
export interface GitObject {
  readonly id: string;
  readonly type: string;
  /** Bytes. */
  readonly size: number;
  /** Its content in pieces; to be read to the end before the next object. */
  chunks(): AsyncIterable<Uint8Array>;
}

const NEWLINE = 10;
const HEADER = /^([0-9a-f]{40,64}) (\w+) (\d+)\n$/;
/** Bytes of a piece: a large object is never in memory as a whole. */
const PIECE = 1 << 20;

/**
 * Every object that a repository has, in any order: also what no commit reaches any more.
 * @param count how many there are: else an early end of git's output would look like its end
 */
export async function* allObjects(place: Place, count: number): AsyncGenerator<GitObject> {
  yield* batch(place, ["--batch-all-objects", "--unordered", "--buffer", "--batch"], [], count);
}

/** Some objects of a repository, in the order of their ids. */
export async function* objectsOf(place: Place, ids: readonly string[]): AsyncGenerator<GitObject> {
  if (ids.length > 0) yield* batch(place, ["--buffer", "--batch"], ids, ids.length);
}

async function* batch(
  { directory, options }: Place,
  args: readonly string[],
  ids: readonly string[],
  count: number,
): AsyncGenerator<GitObject> {
  const input = Buffer.from(ids.map((id) => `${id}\n`).join(""));
  const git = spawnGit(directory, [...options, "cat-file", ...args], input);
  const reader = new ByteReader(git.stdout, () =>
    gitFailure(directory, "cat-file", "its output ended early"),
  );
  try {
    for (let index = 0; index < count; index++) {
      const header = Buffer.from(await reader.takeThrough(NEWLINE)).toString();
      const [, id = "", type = "", size = "0"] = HEADER.exec(header) ?? [];
      if (id === "") throw await gitFailure(directory, "cat-file", header);
      yield { id, type, size: Number(size), chunks: () => pieces(reader, Number(size)) };
    }
  } finally {
    git.kill();
  }
}

async function* pieces(reader: ByteReader, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= PIECE) yield reader.take(Math.min(left, PIECE));
  // The line end after the content.
  await reader.take(1);
}

/** How many objects a repository has. */
export async function countObjects({ directory, options }: Place): Promise<number> {
  const args = [...options, "cat-file", "--batch-all-objects", "--batch-check=."];
  const git = spawnGit(directory, args, Buffer.from(""), "pipe");
  let count = 0;
  const complaint = new Response(git.stderr).text();
  for await (const chunk of git.stdout as ReadableStream<Uint8Array>) {
    for (const byte of chunk) if (byte === NEWLINE) count++;
  }
  if ((await git.exited) !== 0) throw await gitFailure(directory, "cat-file", await complaint);
  return count;
}
