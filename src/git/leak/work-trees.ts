import { lstatSync } from "node:fs";
import { join } from "node:path";
import type { Repository } from "../process/repository.ts";

/** A file of a work tree to be searched. */
export interface WorkTreeFile {
  readonly path: string;
  /** The top of its work tree. */
  readonly root: string;
  /** How git sees it. */
  readonly state: "modified" | "untracked" | "ignored";
}

/**
 * The files of all work trees that are not an object of the repository as they are.
 *
 * @param withIgnored ignored files too
 */
export async function workTreeFiles(
  repository: Repository,
  withIgnored: boolean,
): Promise<readonly WorkTreeFile[]> {
  const found: WorkTreeFile[] = [];
  for (const root of await roots(repository)) {
    const list = async (state: WorkTreeFile["state"], ...options: readonly string[]): Promise<void> => {
      const text = (await repository.tryRun("-C", root, "ls-files", "-z", ...options)) ?? "";
      for (const path of new Set(text.split("\0"))) {
        if (path !== "" && isFile(join(root, path))) found.push({ root, path, state });
      }
    };
    await list("modified", "--modified");
    await list("untracked", "--others", "--exclude-standard");
    if (withIgnored) await list("ignored", "--others", "--ignored", "--exclude-standard");
  }
  return found;
}

/** The tops of the repository's work trees that are there. */
async function roots(repository: Repository): Promise<readonly string[]> {
  const text = await repository.run("worktree", "list", "--porcelain", "-z");
  return text
    .split("\0")
    .flatMap((line) => (line.startsWith("worktree ") ? [line.slice("worktree ".length)] : []))
    .filter(
      (root) =>
        lstatSync(root, { throwIfNoEntry: false })?.isDirectory() &&
        lstatSync(join(root, ".git"), { throwIfNoEntry: false }),
    );
}

function isFile(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
