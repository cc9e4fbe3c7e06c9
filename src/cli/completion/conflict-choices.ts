import { dirname, relative, resolve } from "node:path";
import { conflictLabel } from "../../git/merge/conflict.ts";
import { mergeWithDecisions } from "../../git/merge/decisions.ts";
import { conflictedStores, readVersions, unmergedFile } from "../../git/merge/index-stages.ts";
import { NO_CREDENTIALS } from "../../git/merge/merge-credentials.ts";
import { openRepository } from "../../git/process/repository.ts";
import { TRUST_NO_NEW_KEY } from "../../store/trust/known-keys.ts";
import { TAKE_WORDS } from "../input/decision-prompt.ts";

/**
 * The values of `git resolve --take`: the decisions that each conflict allows. No key is derived.
 * @throws PprotectError when there is no merge to finish
 */
export async function conflictChoices(file: string | undefined): Promise<readonly string[]> {
  const around = await openRepository(".");
  const paths = file === undefined ? await conflictedStores(around) : [relative(around.root, resolve(file))];
  const choices = paths.map(async (path) => {
    const store = resolve(around.root, path);
    const repository = await openRepository(dirname(store));
    const name = relative(repository.directory, store);
    const versions = await readVersions(repository, name, await unmergedFile(repository, name));
    const keys = { credentials: NO_CREDENTIALS, trust: TRUST_NO_NEW_KEY };
    const { conflicts } = mergeWithDecisions(versions, keys, new Map());
    return conflicts.flatMap(({ subject, choices: words }) =>
      TAKE_WORDS.filter((word) => words.includes(word)).map((word) => `${conflictLabel(subject)}=${word}`),
    );
  });
  return [...new Set((await Promise.all(choices)).flat())];
}
