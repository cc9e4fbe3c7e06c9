import { existsSync } from "node:fs";
import { dirname, relative, sep } from "node:path";
import { withoutLineEnd } from "../../common/text.ts";
import { realpathOfFile } from "../../system/real-path.ts";
import { openRepository, type Repository } from "./repository.ts";

/** A store in a repository. */
export interface StoreLocation {
  readonly repository: Repository;
  /** From the repository's root, with `/`. */
  readonly path: string;
}

/**
 * The repository that a store belongs to. The store may have been removed, with its directory too.
 *
 * @param store absolute
 * @throws PprotectError `not_a_repository`
 */
export async function locateInRepository(store: string): Promise<StoreLocation> {
  const file = realFile(store);
  const directory = existingDirectory(dirname(file));
  const repository = await openRepository(directory);
  const prefix = withoutLineEnd(await repository.run("rev-parse", "--show-prefix"));
  return { repository, path: prefix + relative(directory, file).split(sep).join("/") };
}

/** Git keeps a symbolic link's target as a file of its own. */
function realFile(path: string): string {
  return existsSync(path) ? realpathOfFile(path) : path;
}

/** The nearest directory above a store that exists: the store may have been removed with its directory. */
export function existingDirectory(directory: string): string {
  return existsSync(directory) || dirname(directory) === directory
    ? directory
    : existingDirectory(dirname(directory));
}
