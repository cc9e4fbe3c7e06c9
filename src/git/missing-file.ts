import { PprotectError } from "../common/errors.ts";
import { repositoryRoot } from "../store/locate-store.ts";
import type { Repository } from "./process/repository.ts";
import { existingDirectory, locateInRepository } from "./process/store-location.ts";

/** A file that is in git's index, and not in the work tree. */
export interface MissingFile {
  /** The top directory of the work tree, absolute. */
  readonly root: string;
  /** The file, from there, with `/`. */
  readonly path: string;
  /**
   * Why it is missing: `deleted`; not checked out, by a sparse checkout of directories (`cone`) or of `patterns`; or left
   * out by `git update-index --skip-worktree`.
   */
  readonly why: "deleted" | "cone" | "patterns" | "skipped";
}

/**
 * Looks in the index for a file that is not in the work tree.
 *
 * @param path absolute; its directory may be missing too
 * @param above whether one of its name in a directory above, in the same work tree, will do: the nearest is taken
 * @returns nothing outside a work tree, where no such file is in the index or it has conflicts, and where git cannot say
 */
export async function missingFromWorkTree(path: string, above: boolean): Promise<MissingFile | undefined> {
  if (repositoryRoot(existingDirectory(path)) === undefined) return undefined;
  try {
    const { repository, path: inTree } = await locateInRepository(path);
    const wanted = above ? withThoseAbove(inTree) : [inTree];
    const tags = await tagsInIndex(repository, wanted);
    const found = wanted.find((each) => tags.has(each));
    if (found === undefined) return undefined;
    const why = await reasonOf(repository, tags.get(found));
    return why && { root: repository.root, path: found, why };
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}

function withThoseAbove(path: string): string[] {
  const parts = path.split("/");
  const name = parts.pop() ?? "";
  return [...parts.keys(), parts.length]
    .toReversed()
    .map((depth) => [...parts.slice(0, depth), name].join("/"));
}

/** What git says of each file: `H` for one that should be in the work tree, `S` for one that is left out of it. */
async function tagsInIndex({ tryRun }: Repository, paths: readonly string[]): Promise<Map<string, string>> {
  const list = await tryRun(
    "ls-files",
    "-t",
    "-z",
    "--full-name",
    "--",
    ...paths.map((each) => `:(top,literal)${each}`),
  );
  return new Map((list ?? "").split("\0").map((line) => [line.slice(2), line.slice(0, 1)]));
}

async function reasonOf(
  { tryRun }: Repository,
  tag: string | undefined,
): Promise<MissingFile["why"] | undefined> {
  if (tag === "H") return "deleted";
  if (tag !== "S") return undefined;
  const isSet = async (name: string): Promise<boolean> =>
    (await tryRun("config", "--type=bool", "--get", name))?.trim() === "true";
  if (!(await isSet("core.sparseCheckout"))) return "skipped";
  return (await isSet("core.sparseCheckoutCone")) ? "cone" : "patterns";
}
