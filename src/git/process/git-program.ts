import { isAbsolute } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";

/**
 * Git's absolute path. Only the absolute directories of PATH are searched: with `.` or an empty entry in it, a file
 * named `git` in the current directory would be run.
 *
 * @throws PprotectError `git_failed` when none of them has git
 */
export const gitProgram = lazy((): string => {
  const delimiter = process.platform === "win32" ? ";" : ":";
  const directories = (process.env.PATH ?? "").split(delimiter).filter((directory) => isAbsolute(directory));
  const found = Bun.which("git", { PATH: directories.join(delimiter) });
  if (found === null) {
    throw new PprotectError("git_failed", "git was not found in PATH", "install git, or fix PATH");
  }
  return found;
});
