import { dirname, relative, resolve } from "node:path";
import { conflictLabel } from "../../git/merge/conflict.ts";
import { mergeWithDecisions } from "../../git/merge/decisions.ts";
import { conflictedStores, readStages } from "../../git/merge/index-stages.ts";
import { NO_CREDENTIALS } from "../../git/merge/merge-credentials.ts";
import { openRepository } from "../../git/process/repository.ts";

/**
 * The values of `git resolve --take`: both sides of each conflict. No key is derived.
 * @throws PprotectError when there is no merge to finish
 */
export async function conflictChoices(file: string | undefined): Promise<readonly string[]> {
  const around = await openRepository(".");
  const paths = file === undefined ? await conflictedStores(around) : [relative(around.root, resolve(file))];
  const choices = paths.map(async (path) => {
    const store = resolve(around.root, path);
    const repository = await openRepository(dirname(store));
    const versions = await readStages(repository, relative(repository.directory, store));
    const { conflicts } = mergeWithDecisions(versions, NO_CREDENTIALS, new Map());
    return conflicts.map(({ subject }) => conflictLabel(subject));
  });
  const labels = [...new Set((await Promise.all(choices)).flat())];
  return labels.flatMap((label) => [`${label}=ours`, `${label}=theirs`]);
}
