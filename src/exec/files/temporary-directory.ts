import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileError } from "../../system/file-error.ts";

/** Files in a directory that only the user may enter. */
export interface TemporaryFiles {
  readonly paths: readonly string[];
  /** Removes the directory with all in it. */
  remove(): void;
}

/**
 * Where there are no files in memory: files of mode 0600 in a directory of mode 0700, which is in memory where
 * `$XDG_RUNTIME_DIR` is. Whoever makes them must stay and remove them.
 *
 * @throws PprotectError `file_error`
 */
export function writeTemporaryFiles(contents: readonly string[]): TemporaryFiles {
  const parent = process.env.XDG_RUNTIME_DIR ?? tmpdir();
  const directory = make(parent);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const paths = contents.map((content, index) => {
      const path = join(directory, String(index));
      writeFileSync(path, content, { mode: 0o600, flag: "wx" });
      return path;
    });
    return { paths, remove };
  } catch (error) {
    remove();
    throw fileError("write to", directory, error);
  }
}

function make(parent: string): string {
  try {
    return mkdtempSync(join(parent, "pprotect-"));
  } catch (error) {
    throw fileError("make a directory in", parent, error);
  }
}
