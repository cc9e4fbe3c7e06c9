import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { systemPath } from "../system/path-text.ts";

/** The file name of a store when no other is given. */
export const DEFAULT_FILE = "protected.yaml";

/**
 * Finds the nearest store: in `directory`, or in a parent up to the root of the repository.
 *
 * @param directory an absolute path
 * @returns the store's path; in `directory` itself when there is none
 */
export function locateStore(directory: string): string {
  // Outside a repository, a file further up may belong to another user.
  const top = repositoryRoot(directory) ?? directory;
  for (let at = directory; ; at = dirname(at)) {
    const candidate = join(at, DEFAULT_FILE);
    if (existsSync(systemPath(candidate))) return candidate;
    if (at === top) return join(directory, DEFAULT_FILE);
  }
}

/**
 * The nearest directory upward with a `.git` in it, whether or not git trusts it.
 *
 * @param directory an absolute path
 * @returns `undefined` outside a repository
 */
export function repositoryRoot(directory: string): string | undefined {
  for (let at = directory; ; at = dirname(at)) {
    if (existsSync(systemPath(join(at, ".git")))) return at;
    if (dirname(at) === at) return undefined;
  }
}
