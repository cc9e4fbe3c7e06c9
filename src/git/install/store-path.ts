import { isAbsolute, relative, sep } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";

/**
 * A store's path as git names it: relative to the root, with slashes. The store does not have to exist.
 * @param root the top directory of the work tree, without symbolic links
 * @param file absolute, or relative to the current directory
 * @throws PprotectError `usage` when the store is not in the work tree
 */
export function storePath(root: string, file: string): string {
  const path = relative(root, realpathOfExistingPrefix(file));
  if (path === "" || path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path)) {
    throw new PprotectError(
      "usage",
      `${escapeUnprintable(file)} is not a file in the repository ${escapeUnprintable(root)}`,
      "name a store in this repository",
    );
  }
  return path.split(sep).join("/");
}
