import { lstatSync } from "node:fs";
import { join } from "node:path";
import { ifThere, isRegularFile } from "../../system/if-there.ts";
import { changedFiles } from "./changed-files.ts";
import type { SearchedRepository } from "./repositories.ts";

/** A file of a work tree to be searched. */
export interface WorkTreeFile {
  readonly path: string;
  /** The top of its work tree. */
  readonly root: string;
  /** How git sees it; `internal` is a file of git itself. */
  readonly state: "modified" | "untracked" | "ignored" | "internal";
}

/**
 * The files of all work trees that are not an object of the repository as they are.
 *
 * @param withIgnored ignored files too
 */
export async function workTreeFiles(
  repository: SearchedRepository,
  withIgnored: boolean,
): Promise<readonly WorkTreeFile[]> {
  const found: WorkTreeFile[] = [];
  for (const root of await workTreeRoots(repository)) {
    const list = async (state: WorkTreeFile["state"], ...options: readonly string[]): Promise<void> => {
      add(state, (await repository.runIn(root, "ls-files", "-z", ...options)) ?? "");
    };
    const add = (state: WorkTreeFile["state"], text: string): void => {
      for (const path of new Set(text.split("\0"))) {
        // A name that is not UTF-8 cannot be opened: it is among the files that could not be read.
        if (path !== "" && (isRegularFile(join(root, path)) || path.includes("\ufffd")))
          found.push({ root, path, state });
      }
    };
    add("modified", (await changedFiles(repository, root)).join("\0"));
    // Files that git was configured to ignore changes of, which is how people keep their own values in a tracked file.
    const tagged = (await repository.runIn(root, "ls-files", "-z", "-v")) ?? "";
    const hidden = tagged.split("\0").filter((entry) => /^[a-zS] /.test(entry));
    add("modified", hidden.map((entry) => entry.slice(2)).join("\0"));
    await list("untracked", "--others", "--exclude-standard");
    if (withIgnored) await list("ignored", "--others", "--ignored", "--exclude-standard");
  }
  return found;
}

/** The tops of the repository's work trees that are there. */
export async function workTreeRoots(repository: SearchedRepository): Promise<readonly string[]> {
  const text = await repository.run("worktree", "list", "--porcelain", "-z");
  const listed = text
    .split("\0")
    .flatMap((line) => (line.startsWith("worktree ") ? [line.slice("worktree ".length)] : []));
  // Of a submodule git lists where it keeps it, in place of its work tree.
  return [...new Set([...(repository.root === undefined ? [] : [repository.root]), ...listed])].filter(
    (root) => ifThere(() => lstatSync(root))?.isDirectory() && ifThere(() => lstatSync(join(root, ".git"))),
  );
}
