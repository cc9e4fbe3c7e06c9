import { countNoun } from "../../common/text.ts";
import type { Repository } from "../process/repository.ts";
import { isPartialClone } from "../process/stream.ts";

/** What a search of this repository cannot reach: each a sentence. */
export async function searchLimits(repository: Repository): Promise<readonly string[]> {
  const shallow = (await repository.tryRun("rev-parse", "--is-shallow-repository"))?.trim() === "true";
  const listed = async (...options: readonly string[]): Promise<readonly string[]> =>
    (await repository.run("-C", repository.root, "ls-files", "-z", ...options)).split("\0");
  const submodules = (await listed("--stage")).filter((entry) => entry.startsWith("160000 ")).length;
  const nested = (await listed("--others", "--exclude-standard")).filter((path) => path.endsWith("/")).length;
  return [
    ...(shallow ? ["this clone is shallow: commits that it lacks were not searched"] : []),
    ...((await isPartialClone(repository.directory))
      ? ["this clone is partial: objects that it lacks were not searched"]
      : []),
    ...(submodules > 0
      ? [`${countNoun(submodules, "submodule")} not searched: run leak --value-file - in each`]
      : []),
    ...(nested > 0
      ? [`${countNoun(nested, "repository", "repositories")} inside this one not searched`]
      : []),
  ];
}
