import { resolve } from "node:path";
import { GitError, type SimpleGit, simpleGit } from "simple-git";
import { PprotectError } from "../common/errors.ts";
import { printable } from "../common/printable.ts";

/** A git repository with a work tree, as seen from one folder in it. */
export interface Repository {
  /** The work tree's top folder, absolute. */
  readonly root: string;
  /** The folder that `git` runs in, absolute; relative paths are read against it. */
  readonly folder: string;
  /**
   * Runs git and gives what it printed.
   * @throws PprotectError `git_failed` with git's own first line
   */
  run(...args: readonly string[]): Promise<string>;
  /** {@link run}, or `undefined` when git says no (exit status other than 0). */
  ask(...args: readonly string[]): Promise<string | undefined>;
}

/**
 * The repository around a folder.
 * @throws PprotectError `not_a_repository`
 */
export async function openRepository(folder: string): Promise<Repository> {
  const absolute = resolve(folder);
  const git = gitIn(absolute);
  const root = await quietly(git, ["rev-parse", "--show-toplevel"]);
  if (root === undefined) {
    throw new PprotectError(
      "not_a_repository",
      `${printable(folder)} is not in a git work tree`,
      "run it inside one",
    );
  }
  return {
    root: root.replace(/\r?\n$/, ""),
    folder: absolute,
    run: (...args) => loudly(git, args),
    ask: (...args) => quietly(git, args),
  };
}

function gitIn(folder: string): SimpleGit {
  return simpleGit({
    baseDir: folder,
    // What pprotect itself writes into a repository's config; every value is a constant of ours.
    unsafe: { allowUnsafeMergeDriver: true, allowUnsafeDiffTextConv: true, allowUnsafeHooksPath: true },
  });
}

async function loudly(git: SimpleGit, args: readonly string[]): Promise<string> {
  try {
    return await git.raw([...args]);
  } catch (error) {
    const [line = "no message"] = error instanceof GitError ? error.message.trim().split("\n") : [];
    throw new PprotectError("git_failed", `git ${args[0]} failed: ${printable(line)}`, undefined, {
      cause: error,
    });
  }
}

async function quietly(git: SimpleGit, args: readonly string[]): Promise<string | undefined> {
  try {
    return await git.raw([...args]);
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}
