import { accessSync, constants } from "node:fs";
import type { GitError, SimpleGit } from "simple-git";
import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { hasRawBytes } from "../../common/path-bytes.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { withoutLineEnd } from "../../common/text.ts";
import { repositoryRoot } from "../../store/locate-store.ts";
import { fileError } from "../../system/file-error.ts";
import { absolutePath, systemPath } from "../../system/path-text.ts";
import { gitProgram } from "./git-program.ts";
import { gitReason } from "./git-reason.ts";
import {
  gitEnvironment,
  gitEnvironmentHere,
  PASSED_VARIABLES,
  SAFE_GIT_CONFIG,
  SET_VARIABLES,
} from "./safe-git.ts";

const simpleGits = lazy(() => require("./simple-git.ts") as typeof import("./simple-git.ts"));

/** A git repository with a work tree, as seen from one directory in it. */
export interface Repository {
  /** The top directory of the work tree, absolute. */
  readonly root: string;
  /** The directory that git runs in, absolute; relative paths are resolved against it. */
  readonly directory: string;
  /** Whether it has no work tree; the root is then the repository itself. */
  readonly isBare: boolean;
  /**
   * Runs git.
   * @returns its standard output
   * @throws PprotectError `git_failed` with git's own first line
   */
  run(...args: readonly string[]): Promise<string>;
  /** {@link run}, or `undefined` when git exits with a status other than 0. */
  tryRun(...args: readonly string[]): Promise<string | undefined>;
}

/**
 * The repository that a directory belongs to.
 * @throws PprotectError `not_a_repository`; `environment` for a path that is not UTF-8
 */
export async function openRepository(directory: string): Promise<Repository> {
  return open(directory, gitEnvironment());
}

/** {@link openRepository}, or `undefined` outside a repository. @throws PprotectError `environment` */
export async function findRepository(directory: string): Promise<Repository | undefined> {
  try {
    return await openRepository(directory);
  } catch (error) {
    if (error instanceof PprotectError && error.code === "not_a_repository") return undefined;
    throw error;
  }
}

/**
 * The repository that git finds from a directory upward: unlike {@link openRepository}, variables such as GIT_DIR do not
 * name another one.
 * @throws PprotectError `not_a_repository`
 */
export async function openRepositoryHere(directory: string): Promise<Repository> {
  return open(directory, gitEnvironmentHere());
}

async function open(directory: string, environment: Record<string, string>): Promise<Repository> {
  const absolute = absolutePath(directory);
  const git = gitIn(absolute, environment);
  try {
    const root = await git.raw(["rev-parse", "--show-toplevel"]);
    return repositoryOf(git, withoutLineEnd(root), absolute, false);
  } catch (error) {
    if (!isGitError(error)) throw error;
    requireEntry(directory, absolute);
    throw notARepository(directory, absolute, error);
  }
}

/** Without the right to enter the directory, git is not even started. @throws PprotectError `file_error` */
function requireEntry(directory: string, absolute: string): void {
  try {
    accessSync(systemPath(absolute), constants.X_OK);
  } catch (error) {
    throw fileError("enter", directory, error);
  }
}

/**
 * Where there is a `.git`, git's own reason and advice: the repository belongs to another user, or the `.git` is a file
 * that names a directory that does not exist.
 */
function notARepository(directory: string, absolute: string, error: GitError): PprotectError {
  const shown = escapeUnprintable(directory);
  const reason = gitReason(error.message).replace(/^fatal: /, "");
  if (reason === "this operation must be run in a work tree") {
    return new PprotectError(
      "not_a_repository",
      `${shown} is in a git repository, but not in a work tree`,
      "run the command in a work tree; a bare repository has none, a clone of it has",
    );
  }
  if (repositoryRoot(absolute) === undefined) {
    return new PprotectError(
      "not_a_repository",
      `${shown} is not in a git work tree`,
      "run the command in a git repository",
    );
  }
  const advice = error.message
    .split("\n")
    .find((line) => line.includes("safe.directory"))
    ?.trim();
  return new PprotectError(
    "not_a_repository",
    `git cannot use the repository of ${shown}: ${escapeUnprintable(reason)}`,
    advice === undefined ? undefined : `if you trust its owner: \`${escapeUnprintable(advice)}\``,
  );
}

/** {@link openRepository} that also takes a bare repository, where server-side hooks run. */
export async function openAnyRepository(directory: string): Promise<Repository> {
  try {
    return await openRepository(directory);
  } catch (error) {
    const isWithoutWorkTree = error instanceof PprotectError && error.code === "not_a_repository";
    const bare = isWithoutWorkTree ? await openBareRepository(directory) : undefined;
    if (bare === undefined) throw error;
    return bare;
  }
}

/** The bare repository that a directory belongs to; `undefined` when it belongs to no repository or to a work tree. */
async function openBareRepository(directory: string): Promise<Repository | undefined> {
  const absolute = absolutePath(directory);
  const git = gitIn(absolute, gitEnvironment());
  const answer = await runOrUndefined(git, ["rev-parse", "--is-bare-repository", "--absolute-git-dir"]);
  const [isBare, gitDirectory] = answer?.split(/\r?\n/) ?? [];
  if (isBare !== "true" || gitDirectory === undefined) return undefined;
  return repositoryOf(git, gitDirectory, absolute, true);
}

/**
 * The repository in whose own directory a server-side hook runs, with a work tree or without.
 * @throws PprotectError `not_a_repository`
 */
export async function openReceivingRepository(directory: string): Promise<Repository> {
  const absolute = absolutePath(directory);
  const git = gitIn(absolute, gitEnvironment());
  const answer = await runOrUndefined(git, ["rev-parse", "--absolute-git-dir"]);
  if (answer === undefined) return openRepository(directory);
  return repositoryOf(git, withoutLineEnd(answer), absolute, false);
}

function repositoryOf(git: SimpleGit, root: string, directory: string, isBare: boolean): Repository {
  return {
    root,
    directory,
    isBare,
    run: (...args) => runOrThrow(git, args),
    tryRun: (...args) => runOrUndefined(git, args),
  };
}

/**
 * simple-git runs the short commands whose output is text; stream.ts runs what has to be fed or read as it comes.
 *
 * simple-git refuses arguments that could come from a stranger and name a program. Here every argument is a constant
 * of ours, but for paths and revisions, which never start with `-`.
 */
function gitIn(directory: string, environment: Record<string, string>): SimpleGit {
  if (hasRawBytes(directory)) {
    throw new PprotectError(
      "environment",
      `the path ${escapeUnprintable(directory)} is not UTF-8, which pprotect cannot use with git`,
      "rename the directory",
    );
  }
  const git = simpleGits().simpleGit({
    baseDir: directory,
    binary: gitProgram(),
    config: [...SAFE_GIT_CONFIG],
    // simple-git would wait 50 ms after git's exit; when the pipes are closed, git is done.
    completion: { onClose: true, onExit: false },
    unsafe: {
      // An absolute path may hold characters such as a space.
      allowUnsafeCustomBinary: true,
      // `git install` writes these two; their values are constants of ours.
      allowUnsafeMergeDriver: true,
      allowUnsafeDiffTextConv: true,
      // `git install` reads it; staging switches hooks off with it.
      allowUnsafeHooksPath: true,
      // -C, and GIT_CONFIG_GLOBAL and GIT_CONFIG_SYSTEM of the user's own environment.
      allowUnsafeConfigPaths: true,
      // Set to `false` in SAFE_GIT_CONFIG.
      allowUnsafeFsMonitor: true,
    },
    allowEnvironment: [...PASSED_VARIABLES, ...Object.keys(SET_VARIABLES)],
    // On its own, simple-git takes a failure without a message, such as `config --get` of nothing, for a success.
    errors: (error, { exitCode, stdErr }) =>
      error ??
      (exitCode === 0 ? undefined : Buffer.concat([...stdErr, Buffer.from(`exit status ${exitCode}`)])),
  });
  return git.env(environment);
}

async function runOrThrow(git: SimpleGit, args: readonly string[]): Promise<string> {
  try {
    return await git.raw([...args]);
  } catch (error) {
    const line = isGitError(error) ? gitReason(error.message) : "no message";
    throw new PprotectError("git_failed", `git ${args[0]} failed: ${escapeUnprintable(line)}`, undefined, {
      cause: error,
    });
  }
}

async function runOrUndefined(git: SimpleGit, args: readonly string[]): Promise<string | undefined> {
  try {
    return await git.raw([...args]);
  } catch (error) {
    if (isGitError(error)) return undefined;
    throw error;
  }
}

function isGitError(error: unknown): error is GitError {
  return error instanceof simpleGits().GitError;
}
