import { dirname, join, posix, relative } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { shellWord } from "../../common/shell-quote.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { type MissingFile, missingFromWorkTree } from "../../git/missing-file.ts";
import { absolutePath, currentDirectory } from "../../system/path-text.ts";
import { realPath } from "../../system/real-path.ts";

/**
 * The hint for a store that git has and the work tree has not: to create another one would be wrong.
 *
 * @param path the store's path; it does not exist
 * @param searched whether it was looked for in the directories above too
 * @param from the directory in which the commands of the hint are run, absolute
 * @returns nothing for a store that git does not have
 */
export async function hintForMissingStore(
  path: string,
  searched: boolean,
  from: string = currentDirectory(),
): Promise<string | undefined> {
  const missing = await missingFromWorkTree(absolutePath(path), searched);
  if (!missing) return undefined;
  const { what, how } = explained(missing, from);
  return `${what}: ${how}`;
}

/** An error of a store that does not exist, with {@link hintForMissingStore} if there is one. */
export async function withHintForMissingStore(
  error: PprotectError,
  searched: boolean,
): Promise<PprotectError> {
  // A store that a revision does not have is missing without an error of the system.
  const path = error.cause instanceof Error && "path" in error.cause && error.cause.path;
  if (typeof path !== "string") return error;
  const hint = await hintForMissingStore(path, searched);
  return hint === undefined
    ? error
    : new PprotectError(error.code, error.message, hint, { cause: error.cause });
}

/**
 * Before a store is created: one that git has, and that is not checked out, would be hidden by it, and git would not say so.
 * @throws PprotectError `store_exists`
 */
export async function refuseUncheckedOut(path: string, note: (message: string) => void): Promise<void> {
  const missing = await missingFromWorkTree(absolutePath(path), false);
  if (!missing) return;
  const { what, how } = explained(missing, currentDirectory());
  if (missing.why !== "deleted") throw new PprotectError("store_exists", what, how);
  note(`note: ${what}; the new store replaces it`);
}

/** Where a store is, and the commands that bring it into the work tree. */
function explained(
  { root, path, why }: MissingFile,
  from: string,
): { readonly what: string; readonly how: string } {
  const here = realPath(from);
  const shown = relative(here, join(root, path));
  const word = shellWord(escapeUnprintable(shown));
  if (why === "deleted")
    return {
      what: `${displayName(shown)} is in git's index, and was deleted in the work tree`,
      how: `\`git restore ${word}\``,
    };
  const what = `${displayName(shown)} is in git's index, but not checked out`;
  if (why === "skipped")
    return { what, how: `\`git update-index --no-skip-worktree ${word}\`, then \`git restore ${word}\`` };
  // Git takes patterns only at the top, and directories from where it runs.
  const top = relative(here, root);
  const git = top === "" ? "git" : `git -C ${shellWord(escapeUnprintable(top))}`;
  const added = why === "cone" ? dirname(path) : posix.join("/", path);
  return { what, how: `\`${git} sparse-checkout add ${shellWord(escapeUnprintable(added))}\`` };
}
