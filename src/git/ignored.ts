import { dirname, relative, resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { shellWord } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import { repositoryRoot } from "../store/locate-store.ts";
import { realpathOfParent } from "../system/real-path.ts";
import { openRepository } from "./process/repository.ts";

/**
 * Makes sure that git ignores a file. Outside of a repository, nothing can commit it.
 *
 * @throws PprotectError `not_ignored`, also when git cannot tell in a repository
 */
export async function refuseUnlessIgnored(path: string): Promise<void> {
  const absolute = realpathOfParent(path);
  const directory = dirname(absolute);
  const root = repositoryRoot(directory);
  if (root === undefined) return;
  const state = await gitStateOf(directory, absolute);
  if (state === "ignored") return;
  if (state === "tracked") {
    throw new PprotectError(
      "not_ignored",
      `git tracks ${displayName(path)}, so its secrets could be committed`,
      `\`git rm --cached ${shellWord(displayName(path))}\` stops tracking it`,
    );
  }
  throw new PprotectError(
    "not_ignored",
    `git does not ignore ${displayName(path)}, so its secrets could be committed`,
    `add a line "/${relative(root, absolute)}" to ${displayName(relative(process.cwd(), resolve(root, ".gitignore")))}`,
  );
}

/** A file that is in the index is not ignored, whatever .gitignore says. */
async function gitStateOf(directory: string, path: string): Promise<"ignored" | "tracked" | "unknown"> {
  try {
    const { tryRun } = await openRepository(directory);
    if ((await tryRun("check-ignore", "--quiet", "--", path)) !== undefined) return "ignored";
    return (await tryRun("ls-files", "--error-unmatch", "--", path)) === undefined ? "unknown" : "tracked";
  } catch (error) {
    if (error instanceof PprotectError && error.code === "not_a_repository") return "unknown";
    throw error;
  }
}
