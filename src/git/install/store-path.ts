import { isAbsolute, relative, sep } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";

/**
 * A store's path as git knows it: relative to the root, with slashes. The store itself need not be there yet.
 * @param root the work tree's top folder, free of symbolic links
 * @param file absolute, or relative to the current folder
 * @throws PprotectError `usage` when the store is not in the work tree
 */
export function storePath(root: string, file: string): string {
  const path = relative(root, realpathOfExistingPrefix(file));
  if (path === "" || path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path)) {
    throw new PprotectError(
      "usage",
      `${escapeUnprintable(file)} is not a file in the repository ${escapeUnprintable(root)}`,
      "name a store inside it",
    );
  }
  return path.split(sep).join("/");
}
