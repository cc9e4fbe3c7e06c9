import { lstatSync, readdirSync } from "node:fs";
import { join, relative } from "node:path";
import type { SearchedRepository } from "./repositories.ts";
import type { WorkTreeFile } from "./work-trees.ts";

/**
 * The files in which git keeps text that is not in objects: its configuration, reflogs, names of refs, the last commit
 * message, and what Git LFS stores. The objects themselves are read through git.
 */
export function gitFiles({ gitDirectory: root }: SearchedRepository): readonly WorkTreeFile[] {
  return [...filesIn(root)].map((path) => ({ root, path: relative(root, path), state: "internal" }));
}

function* filesIn(directory: string): Generator<string> {
  // `objects` is git's own database, of a submodule too; that of Git LFS has plain files.
  const isDatabase = (name: string): boolean => name === "objects" && !directory.endsWith("/lfs");
  let names: readonly string[];
  try {
    names = readdirSync(directory);
  } catch {
    // Gone, or closed to this user.
    return;
  }
  for (const name of names) {
    const path = join(directory, name);
    const status = lstatSync(path, { throwIfNoEntry: false });
    if (status?.isDirectory() && !isDatabase(name)) yield* filesIn(path);
    else if (status?.isFile()) yield path;
  }
}
