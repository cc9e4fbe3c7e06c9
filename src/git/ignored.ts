import { dirname, relative, resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { shown } from "../common/printable.ts";
import { withRealFolder } from "../store/real-folder.ts";
import { repositoryRoot } from "../store/store-file.ts";
import { openRepository } from "./repository.ts";

/**
 * Makes sure that git leaves a file out of commits. Outside of any repository it can get into none.
 *
 * @throws PprotectError `not_ignored`, also when a repository is there and git cannot say
 */
export async function refuseUnlessIgnored(path: string): Promise<void> {
  const absolute = withRealFolder(path);
  const folder = dirname(absolute);
  const root = repositoryRoot(folder);
  if (root === undefined) return;
  if (await isIgnored(folder, absolute)) return;
  throw new PprotectError(
    "not_ignored",
    `git does not ignore ${shown(path)}, so its secrets could be committed`,
    `add a line "/${relative(root, absolute)}" to ${shown(relative(process.cwd(), resolve(root, ".gitignore")))}`,
  );
}

/** A file that is in the index already is not ignored, whatever the rules say. */
async function isIgnored(folder: string, path: string): Promise<boolean> {
  try {
    const repository = await openRepository(folder);
    return (await repository.ask("check-ignore", "--quiet", "--", path)) !== undefined;
  } catch (error) {
    if (error instanceof PprotectError && error.code === "not_a_repository") return false;
    throw error;
  }
}
