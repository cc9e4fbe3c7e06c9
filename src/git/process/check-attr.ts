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

/** Starts a `git check-attr --stdin`. */
export function openAttributeReader(directory: string, attribute: string): AttributeReader {
  const git = spawnGit(directory, ["check-attr", "-z", "--stdin", "--cached", attribute], "pipe");
  const output = new ByteReader(git.stdout, () => gitFailure(directory, "check-attr", ""));
  return {
    async read(paths) {
      if (paths.length === 0) return [];
      git.stdin.write(pathBytes(paths.map((path) => `${path}\0`).join("")));
      // Not awaited: git may have to be read from before it takes all of a long list.
      const written = Promise.resolve(git.stdin.flush());
      const values: string[] = [];
      for (let index = 0; index < paths.length; index++) {
        // PATH NUL ATTRIBUTE NUL VALUE NUL
        await output.takeThrough(NUL);
        await output.takeThrough(NUL);
        const value = await output.takeThrough(NUL);
        values.push(Buffer.from(value).toString().slice(0, -1));
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
