import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { findOnAbsolutePath } from "../../system/find-executable.ts";

/**
 * Git's absolute path. Only the absolute directories of PATH are searched.
 *
 * @throws PprotectError `git_failed` when none of them has git
 */
export const gitProgram = lazy((): string => {
  const found = findOnAbsolutePath("git", process.env.PATH);
  if (found === undefined) {
    throw new PprotectError("git_failed", "git was not found in PATH", "install git, or fix PATH");
  }
  return found;
});
