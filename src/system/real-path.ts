import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathText } from "../common/path-bytes.ts";
import { errnoOf, fileError } from "./file-error.ts";
import { absolutePath, systemPath } from "./path-text.ts";

/** `realpathSync`, also of and to a path that is not UTF-8. */
export function realPath(path: string): string {
  if (process.platform !== "linux") return realpathSync(path);
  return pathText(realpathSync(systemPath(path), { encoding: "buffer" }));
}

/** More than a writer can replace a file in a row between two steps of another process. */
const ATTEMPTS = 100;

/**
 * The path of a file with all symbolic links resolved, also when another process replaces the file meanwhile. Bun
 * opens the file and asks the kernel for the name of the descriptor: a file that was replaced between the two has none,
 * and `realpathSync` says that there is no such file.
 *
 * @throws what `realpathSync` throws: `ENOENT` when the file does not exist
 */
export function realpathOfFile(path: string): string {
  for (let attempt = 1; ; attempt++) {
    try {
      return realPath(path);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || attempt === ATTEMPTS || !existsSync(systemPath(path))) throw error;
    }
  }
}

/**
 * A path with the symbolic links in its directory resolved. The file itself may be a symbolic link, or missing.
 * @returns an absolute path
 * @throws PprotectError `file_error` when the directory does not exist
 */
export function realpathOfParent(path: string): string {
  const absolute = absolutePath(path);
  try {
    return join(realPath(dirname(absolute)), basename(absolute));
  } catch (error) {
    throw fileError("find the directory of", path, error);
  }
}

/**
 * {@link realpathOfParent} for a path whose directories may be missing: symbolic links are resolved in the part that
 * exists. The file itself may be a symbolic link.
 * @returns an absolute path
 */
export function realpathOfExistingPrefix(path: string): string {
  const absolute = absolutePath(path);
  return join(realDirectory(dirname(absolute)), basename(absolute));
}

function realDirectory(directory: string): string {
  if (existsSync(systemPath(directory))) return realPath(directory);
  const parent = dirname(directory);
  return parent === directory ? directory : join(realDirectory(parent), basename(directory));
}
