import { basename, dirname, isAbsolute, join, relative, sep } from "node:path";
import { pathMayExist } from "../../system/if-there.ts";
import { isAsWritten, isFile, type WrittenFile } from "./record.ts";

/**
 * A file on record after the directory of its store was moved, with everything in it: the record has the old paths.
 *
 * @param store the store's real path now
 * @returns the file at its new place, if it is there as it was written; `undefined` if the store that the record names
 *   still exists, or is another one
 */
export function movedWithStore(file: WrittenFile, store: string): WrittenFile | undefined {
  if (file.store === store || basename(file.store) !== basename(store) || pathMayExist(file.store))
    return undefined;
  const path = movedPath(file.path, file.store, store);
  if (path === undefined) return undefined;
  const moved: WrittenFile = {
    path,
    temporary: movedPath(file.temporary, file.store, store) ?? file.temporary,
    store,
    modified: file.modified,
  };
  return isAsWritten(moved) || isFile(moved.temporary) ? moved : undefined;
}

/** The path of something beside or below a store that was moved; `undefined` for what is elsewhere. */
function movedPath(path: string, oldStore: string, newStore: string): string | undefined {
  const below = relative(dirname(oldStore), path);
  const isElsewhere = below === ".." || below.startsWith(`..${sep}`) || isAbsolute(below);
  return isElsewhere ? undefined : join(dirname(newStore), below);
}
