import { bufferOf } from "../../common/buffer-of.ts";
import { pathBytes } from "../../common/path-bytes.ts";
import { ByteReader } from "./byte-reader.ts";
import { gitFailure, spawnGit } from "./stream.ts";

/** Reads one attribute of many paths through one process. */
export interface AttributeReader {
  /**
   * The attribute's value for each path, from the index's `.gitattributes`: `unspecified`, `set`, `unset` or a word.
   * @param paths relative to the reader's directory
   * @throws PprotectError `git_failed`
   */
  read(paths: readonly string[]): Promise<string[]>;
  close(): Promise<void>;
}

const NUL = 0;
/** What ends with it in each answer: PATH NUL ATTRIBUTE NUL VALUE NUL. */
const PARTS = 3;

/** For so many paths a process of its own is faster, which does not write each answer by itself. */
const MANY = 64;

/** Starts a `git check-attr --stdin`. */
export function openAttributeReader(directory: string, attribute: string): AttributeReader {
  const args = ["check-attr", "-z", "--stdin", "--cached", attribute];
  const answers = (stdout: ReadableStream<Uint8Array>) =>
    new ByteReader(stdout, () => gitFailure(directory, "check-attr", ""));
  const git = spawnGit(directory, args, "pipe");
  const output = answers(git.stdout);
  return {
    async read(paths) {
      if (paths.length === 0) return [];
      const question = Buffer.from(pathBytes(paths.map((path) => `${path}\0`).join("")));
      if (paths.length >= MANY) {
        const other = spawnGit(directory, args, question);
        return valuesIn(await answers(other.stdout).takeThrough(NUL, PARTS * paths.length));
      }
      git.stdin.write(question);
      // Not awaited: git may have to be read from before it takes all of a long list.
      const written = Promise.resolve(git.stdin.flush());
      const values = valuesIn(await output.takeThrough(NUL, PARTS * paths.length));
      await written;
      return values;
    },
    async close() {
      await git.stdin.end();
      await git.exited;
    },
  };
}

function valuesIn(answers: Uint8Array): string[] {
  const parts = bufferOf(answers).toString("utf8").split("\0");
  return parts.filter((_, index) => index % PARTS === PARTS - 1);
}
