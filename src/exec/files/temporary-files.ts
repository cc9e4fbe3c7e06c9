import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileError } from "../../system/file-error.ts";
import { runtimeDirectory, temporaryDirectory } from "../../system/user-directories.ts";
import type { FileContent } from "./secret-files.ts";

/** Files in a directory that only this user can enter. */
export interface TemporaryFiles {
  readonly paths: readonly string[];
  /** Removes the directory and the files. */
  remove(): void;
}

/**
 * Writes files of mode 0600 in a new directory of mode 0700, for systems without files in memory. The directory is in
 * `$XDG_RUNTIME_DIR`, which is usually in memory, or else the temporary directory. The caller must remove it.
 *
 * @throws PprotectError `file_error`
 */
export function writeTemporaryFiles(files: readonly FileContent[]): TemporaryFiles {
  const parent = runtimeDirectory(process.env) ?? temporaryDirectory();
  const directory = make(parent);
  const remove = () => rmSync(directory, { recursive: true, force: true });
  try {
    const paths = files.map(({ name, content }, index) => {
      const own = join(directory, String(index));
      mkdirSync(own, { mode: 0o700 });
      const path = join(own, name);
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
    throw fileError("create a directory in", parent, error);
  }
}
