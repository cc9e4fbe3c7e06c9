import type { Repository } from "./repository.ts";

/**
 * The files that differ between the index and the last commit, from the repository's root.
 *
 * @param filter kinds of differences, as of `git diff --diff-filter`
 * @returns each path with a zero byte between it and the next
 * @throws PprotectError `git_failed`
 */
export function stagedNames({ run }: Repository, filter = ""): Promise<string> {
  return run(
    ...["diff", "--cached", "--name-only", "-z", "--no-renames", "--no-relative"],
    ...(filter === "" ? [] : [`--diff-filter=${filter}`]),
  );
}
