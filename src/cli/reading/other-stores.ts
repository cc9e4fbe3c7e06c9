import { join, relative } from "node:path";
import { findRepository } from "../../git/process/repository.ts";
import { isRegularFile } from "../../system/if-there.ts";
import { absolutePath, currentDirectory } from "../../system/path-text.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";

/** How many are read: a stranger's commit may have any number of them. */
const MOST_STORES = 20;

/** Files that are stores for the guard by their name, or by their attribute (`git install STORE`). */
const STORES = [":(top,glob)**/protected.yaml", ":(top,attr:diff=pprotect)"] as const;

/**
 * The other stores that the repository around the current directory has in its index, relative to that directory; none outside of
 * a work tree.
 *
 * @param store the path of the store that is known
 */
export async function otherStores(
  store: string,
  warn: (message: string) => void,
): Promise<readonly string[]> {
  const repository = await findRepository(currentDirectory());
  const listed = await repository?.tryRun("ls-files", "-z", "--full-name", "--", ...STORES);
  if (!repository || listed === undefined) return [];
  const known = realpathOfExistingPrefix(absolutePath(store));
  const others = [...new Set(listed.split("\0"))]
    .filter((path) => path !== "")
    .map((path) => join(repository.root, path))
    .filter((path) => isRegularFile(path) && realpathOfExistingPrefix(path) !== known);
  if (others.length > MOST_STORES)
    warn(
      `the repository has more than ${MOST_STORES} other stores: the values of the rest were not searched`,
    );
  return others.slice(0, MOST_STORES).map((path) => relative(currentDirectory(), path));
}

/** A link may lead anywhere. */
