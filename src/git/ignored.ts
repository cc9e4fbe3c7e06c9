import { dirname, relative, resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { shellWord } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import { repositoryRoot } from "../store/locate-store.ts";
import { realpathOfParent } from "../system/real-path.ts";
import { openRepository } from "./process/repository.ts";

/**
 * Makes sure that git leaves a file out of commits. Outside of any repository it can get into none.
 *
 * @throws PprotectError `not_ignored`, also when a repository is there and git cannot say
 */
export async function refuseUnlessIgnored(path: string): Promise<void> {
  const absolute = realpathOfParent(path);
  const folder = dirname(absolute);
  const root = repositoryRoot(folder);
  if (root === undefined) return;
  const standing = await standingOf(folder, absolute);
  if (standing === "ignored") return;
  if (standing === "tracked") {
    throw new PprotectError(
      "not_ignored",
      `git tracks ${displayName(path)}, so its secrets could be committed`,
      `\`git rm --cached ${shellWord(displayName(path))}\` leaves it to your .gitignore`,
    );
  }
  throw new PprotectError(
    "not_ignored",
    `git does not ignore ${displayName(path)}, so its secrets could be committed`,
    `add a line "/${relative(root, absolute)}" to ${displayName(relative(process.cwd(), resolve(root, ".gitignore")))}`,
  );
}

/** A file that is in the index already is not ignored, whatever the rules say. */
async function standingOf(folder: string, path: string): Promise<"ignored" | "tracked" | "unknown"> {
  try {
    const { tryRun } = await openRepository(folder);
    if ((await tryRun("check-ignore", "--quiet", "--", path)) !== undefined) return "ignored";
    return (await tryRun("ls-files", "--error-unmatch", "--", path)) === undefined ? "unknown" : "tracked";
  } catch (error) {
    if (error instanceof PprotectError && error.code === "not_a_repository") return "unknown";
    throw error;
  }
}
