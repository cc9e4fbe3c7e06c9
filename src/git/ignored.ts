import { accessSync, constants, statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { lazy } from "../common/lazy.ts";
import { hasRawBytes } from "../common/path-bytes.ts";
import { shellWord } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import { withoutLineEnd } from "../common/text.ts";
import { repositoryRoot } from "../store/locate-store.ts";
import { temporaryPath } from "../system/atomic-write.ts";
import { fileError, reasonOf } from "../system/file-error.ts";
import { currentDirectory, systemPath } from "../system/path-text.ts";
import { realpathOfParent } from "../system/real-path.ts";
import type { Repository } from "./process/repository.ts";

/** Both are loaded on demand: outside of a repository nothing starts git. */
const streams = lazy(() => require("./process/stream.ts") as typeof import("./process/stream.ts"));

async function openRepositoryHere(directory: string): Promise<Repository> {
  const repositories = await import("./process/repository.ts");
  return repositories.openRepositoryHere(directory);
}

/**
 * Makes sure that git ignores a file. Outside of a repository, nothing can commit it.
 *
 * @returns a directory that git never looks into, on the same file system, for the file until it is complete; `undefined`
 *   if it may be written beside the file
 * @throws PprotectError `file_error` where the path of the file's directory is not one, or it cannot be written; `not_ignored`, also when git does not know in a repository; `not_a_repository` when git cannot use it
 */
export async function refuseUnlessIgnored(path: string): Promise<string | undefined> {
  const absolute = realpathOfParent(path);
  const directory = dirname(absolute);
  if (!statSync(directory).isDirectory()) {
    throw new PprotectError(
      "file_error",
      `cannot write ${displayName(path)}: ${reasonOf("ENOTDIR")}; no secrets were written`,
    );
  }
  requireWritable(directory, path);
  const root = repositoryRoot(directory);
  if (root === undefined) return undefined;
  const repository = await openRepositoryHere(directory);
  const state = await gitStateOf(repository, absolute);
  if (state === "ignored") return incompleteFilesIn(repository, directory, absolute);
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
    `add a line "/${relative(root, absolute)}" to ${displayName(relative(currentDirectory(), resolve(root, ".gitignore")))}`,
  );
}

/** Also before git is started in the directory, which fails without the right to enter it. @throws PprotectError `file_error` */
function requireWritable(directory: string, path: string): void {
  try {
    accessSync(systemPath(directory), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw fileError("write", path, error, { effect: "no secrets were written" });
  }
}

/**
 * Whether a file is in the work tree of a repository, and git would commit it. `false` where git does not know, and for
 * what is not a file, such as a pipe. Git runs when this returns, and can be waited for later.
 */
export async function couldBeCommitted(path: string): Promise<boolean> {
  try {
    if (!statSync(path).isFile()) return false;
    const absolute = realpathOfParent(path);
    const directory = dirname(absolute);
    if (repositoryRoot(directory) === undefined || hasRawBytes(directory)) return false;
    // Without simple-git, which takes longer to load than git to answer.
    const { startGitHere } = streams();
    const status = await startGitHere(directory, ["check-ignore", "--quiet", "--", absolute]);
    if (status <= NOT_IGNORED) return status === NOT_IGNORED;
    return (await startGitHere(directory, ["rev-parse", "--show-toplevel"])) === 0;
  } catch {
    // The reader of the file reports what is wrong with it; without git there are no commits.
    return false;
  }
}

/** What `git check-ignore` exits with where the file is not ignored. It is 0 where it is, and 128 for an error. */
const NOT_IGNORED = 1;

/** A file that is in the index is not ignored, whatever .gitignore says. */
async function gitStateOf({ tryRun }: Repository, path: string): Promise<"ignored" | "tracked" | "unknown"> {
  if ((await tryRun("check-ignore", "--quiet", "--", path)) !== undefined) return "ignored";
  return (await tryRun("ls-files", "--error-unmatch", "--", path)) === undefined ? "unknown" : "tracked";
}

/**
 * The name of an incomplete file is another than the file's, so git may not ignore it: a killed writer would leave a file
 * with secrets for `git add`. In git's own directory there is nothing to add.
 */
async function incompleteFilesIn(
  repository: Repository,
  directory: string,
  path: string,
): Promise<string | undefined> {
  const own = withoutLineEnd(await repository.run("rev-parse", "--absolute-git-dir"));
  if (statSync(own).dev === statSync(directory).dev) return own;
  const beside = temporaryPath(path);
  if ((await gitStateOf(repository, beside)) === "ignored") return undefined;
  throw new PprotectError(
    "not_ignored",
    `git's directory is on another file system than ${displayName(path)}, and git does not ignore its temporary file`,
    'add a line ".*.pprotect-tmp" to .gitignore',
  );
}
