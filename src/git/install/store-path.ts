import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";

/**
 * A store's path as git knows it: relative to the root, with slashes. The store itself need not be there yet.
 * @param root the work tree's top folder, free of symbolic links
 * @param file absolute, or relative to the current folder
 * @throws PprotectError `usage` when the store is not in the work tree
 */
export function storePath(root: string, file: string): string {
  const path = relative(root, withRealFolder(resolve(file)));
  if (path === "" || path === ".." || path.startsWith(`..${sep}`) || isAbsolute(path)) {
    throw new PprotectError(
      "usage",
      `${escapeUnprintable(file)} is not a file in the repository ${escapeUnprintable(root)}`,
      "name a store inside it",
    );
  }
  return path.split(sep).join("/");
}

/** A path whose folders are no symbolic links, as far as they exist; its last part may be one. */
function withRealFolder(path: string): string {
  return join(realFolder(dirname(path)), basename(path));
}

function realFolder(folder: string): string {
  if (existsSync(folder)) return realpathSync(folder);
  const parent = dirname(folder);
  return parent === folder ? folder : join(realFolder(parent), basename(folder));
}
