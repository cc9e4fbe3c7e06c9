import { withoutLineEnd } from "../../common/text.ts";
import type { Repository } from "./repository.ts";

/**
 * Asks git for several paths at once.
 *
 * @param questions options of `git rev-parse` that each print one path, such as `["--git-path", "hooks"]`
 * @returns what git prints for each of them
 * @throws PprotectError `git_failed`
 */
export async function revParse(
  { run }: Pick<Repository, "run">,
  questions: readonly (readonly string[])[],
): Promise<readonly string[]> {
  const lines = withoutLineEnd(await run("rev-parse", ...questions.flat())).split(/\r?\n/);
  if (lines.length === questions.length) return lines;
  // A path has a line end in it.
  return Promise.all(questions.map(async (each) => withoutLineEnd(await run("rev-parse", ...each))));
}
