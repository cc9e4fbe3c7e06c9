import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { withoutLineEnd } from "../../common/text.ts";
import { realpathOfFile } from "../../system/real-path.ts";
import { openRepositoryHere, type Repository } from "../process/repository.ts";

/** A repository that is searched: the one that was asked for, or one inside it. */
export interface SearchedRepository {
  /** Where it is, from the top of the one that was asked for; nothing for that one itself. */
  readonly name: string | undefined;
  /** The directory that git runs in, absolute. */
  readonly directory: string;
  /** The top of its work tree; nothing without one. */
  readonly root: string | undefined;
  /** Where git keeps it, absolute; the same for its linked work trees. */
  readonly gitDirectory: string;
  /** Options of git itself, which come before each command. */
  readonly options: readonly string[];
  /** Runs git in it. @throws PprotectError `git_failed` */
  run(...args: readonly string[]): Promise<string>;
  /** Runs git in one of its work trees. @returns nothing when git exits with a status other than 0 */
  runIn(root: string, ...args: readonly string[]): Promise<string | undefined>;
}

/** Repositories to search. */
export interface FoundRepositories {
  readonly repositories: readonly SearchedRepository[];
  /** How many there are that git cannot read. */
  readonly unreadable: number;
}

/**
 * A repository, its submodules, checked out or not, and other repositories in its work tree, with theirs.
 *
 * @param repository may be bare
 * @param withIgnored ignored repositories too
 */
export async function repositoriesOf(
  repository: Repository,
  withIgnored: boolean,
): Promise<FoundRepositories> {
  const top = await topRepository(repository);
  const found = [top];
  const seen = new Set([realpathOfFile(top.gitDirectory)]);
  let unreadable = 0;
  // An array is read with what is added to it meanwhile.
  for (const each of found) {
    const checkouts = await checkoutsIn(each, withIgnored);
    const modules = gitDirectoriesIn(join(each.gitDirectory, "modules"));
    const candidates = [
      ...(await Promise.all(checkouts.map(async (root) => checkedOut(root)))),
      ...modules.map((gitDirectory) => ({ gitDirectory, root: undefined })),
    ];
    for (const candidate of candidates) {
      if (candidate === undefined) {
        unreadable++;
        continue;
      }
      const real = realpathOfFile(candidate.gitDirectory);
      if (seen.has(real)) continue;
      seen.add(real);
      found.push(repositoryInside(repository, candidate));
    }
  }
  return { repositories: found, unreadable };
}

async function topRepository(repository: Repository): Promise<SearchedRepository> {
  const { directory, root, run, tryRun } = repository;
  const isBare = (await run("rev-parse", "--is-bare-repository")).trim() === "true";
  const common = withoutLineEnd(await run("rev-parse", "--git-common-dir"));
  return {
    name: undefined,
    directory,
    root: isBare ? undefined : root,
    gitDirectory: resolve(directory, common),
    options: [],
    run,
    runIn: (tree, ...args) => tryRun("-C", tree, ...args),
  };
}

interface Candidate {
  readonly gitDirectory: string;
  /** The top of its work tree; nothing for a submodule that is not checked out. */
  readonly root: string | undefined;
}

/** @param top as seen from which it is named, and which runs git */
function repositoryInside(top: Repository, { gitDirectory, root }: Candidate): SearchedRepository {
  const directory = root ?? gitDirectory;
  // The work tree that its configuration names may be gone, and git would not start.
  const options = [`--git-dir=${gitDirectory}`, `--work-tree=${directory}`];
  return {
    name: relative(top.root, directory),
    directory,
    root,
    gitDirectory,
    options,
    run: (...args) => top.run("-C", directory, ...options, ...args),
    // A linked work tree finds its own index by itself.
    runIn: (tree, ...args) => top.tryRun("-C", tree, ...(tree === root ? options : []), ...args),
  };
}

/** @returns nothing for what git cannot read, such as a repository of another user */
async function checkedOut(root: string): Promise<Candidate | undefined> {
  try {
    const repository = await openRepositoryHere(root);
    const common = withoutLineEnd(await repository.run("rev-parse", "--git-common-dir"));
    const isOwn = realpathOfFile(repository.root) === realpathOfFile(root);
    return isOwn ? { gitDirectory: resolve(root, common), root } : undefined;
  } catch {
    return undefined;
  }
}

/** Directories of a work tree that are repositories of their own. */
async function checkoutsIn(
  { root, runIn }: SearchedRepository,
  withIgnored: boolean,
): Promise<readonly string[]> {
  if (root === undefined) return [];
  const list = async (...options: readonly string[]): Promise<readonly string[]> =>
    ((await runIn(root, "ls-files", "-z", ...options)) ?? "").split("\0");
  const linked = (await list("--stage")).flatMap((entry) =>
    entry.startsWith("160000 ") ? [entry.slice(entry.indexOf("\t") + 1)] : [],
  );
  const others = [
    ...(await list("--others", "--exclude-standard")),
    ...(withIgnored ? await list("--others", "--ignored", "--exclude-standard") : []),
  ].filter((path) => path.endsWith("/"));
  return [...new Set([...linked, ...others])]
    .map((path) => resolve(root, path))
    .filter((path) => existsSync(join(path, ".git")));
}

/** The repositories of submodules: a name may have slashes, so they are at any depth. */
function gitDirectoriesIn(directory: string): readonly string[] {
  if (existsSync(join(directory, "HEAD")) && existsSync(join(directory, "objects"))) return [directory];
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    return [];
  }
  return names
    .map((name) => join(directory, name))
    .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory())
    .flatMap(gitDirectoriesIn);
}
