import type { Repository } from "./process/repository.ts";

/**
 * The tracked files of a work tree that have a text in them, from the repository's root. Binary files are left out.
 * @param text a fixed string
 */
export async function filesWith(repository: Repository, text: string): Promise<readonly string[]> {
  const args = ["grep", "-z", "-l", "-I", "-F", "--full-name", "--no-textconv", "--no-recurse-submodules"];
  const listed = await repository.tryRun(...args, "-e", text, "--", ":(top)");
  return (listed ?? "").split("\0").filter((path) => path !== "");
}
