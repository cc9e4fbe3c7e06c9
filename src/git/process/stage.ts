import { PprotectError } from "../../common/errors.ts";
import { shellWord } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { Repository } from "./repository.ts";

/**
 * Stages a file without running a program that the repository's configuration names.
 *
 * @param path relative to the repository's directory
 * @throws PprotectError `git_failed`, also when the file has a clean filter: staged without it, the file would be committed
 *   in another form than the repository expects
 */
export async function stageFile(repository: Repository, path: string): Promise<void> {
  const [, , filter = ""] = (await repository.run("check-attr", "-z", "filter", "--", path)).split("\0");
  for (const program of ["clean", "process"]) {
    if ((await repository.tryRun("config", "--get", `filter.${filter}.${program}`)) === undefined) continue;
    throw new PprotectError(
      "git_failed",
      `${displayName(path)} was written but not staged: git would run the filter "${displayName(filter)}" of this repository's configuration`,
      `stage it yourself: git add -- ${shellWord(displayName(path))}`,
    );
  }
  // A file in conflict is in the work tree even where a sparse checkout leaves its directory out.
  const isSparse =
    (await repository.tryRun("config", "--get", "--type=bool", "core.sparseCheckout"))?.trim() === "true";
  const options = isSparse ? ["--sparse"] : [];
  await repository.run("-c", "core.hooksPath=/dev/null", "add", ...options, "--", path);
}
