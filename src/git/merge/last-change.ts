import type { Repository } from "../process/repository.ts";
import type { Side } from "./versions.ts";

/** Refs that name the commit of "theirs", by what git is in the middle of. */
const THEIR_HEADS = ["MERGE_HEAD", "CHERRY_PICK_HEAD", "REBASE_HEAD", "REVERT_HEAD"];

/**
 * Who last changed a text in a side's history, and when; `undefined` if that is not known.
 * @param path relative to the directory that git runs in
 */
export async function lastChange(
  repository: Repository,
  side: Side,
  path: string,
  text: string,
): Promise<string | undefined> {
  const heads = side === "ours" ? ["HEAD"] : THEIR_HEADS;
  for (const head of heads) {
    const commit = await repository.tryRun("rev-parse", "--quiet", "--verify", `${head}^{commit}`);
    if (commit === undefined) continue;
    const log = await repository.tryRun(
      "log",
      "-1",
      // `-S` would search the output of the store's text conversion, a program, in place of the store.
      "--no-textconv",
      "--no-ext-diff",
      "--format=%an, %ad (%h)",
      "--date=iso",
      `-S${text}`,
      commit.trim(),
      "--",
      path,
    );
    return log?.trim() || undefined;
  }
  return undefined;
}
