import { PprotectError } from "../../common/errors.ts";
import type { StoreData } from "../../store/store-data.ts";
import { judgeByList, type KeyJudge } from "../../store/trust/judge.ts";
import { parseTrustList, TRUST_FILE } from "../../store/trust/trust-list.ts";
import { proofsIn } from "../../store/trust/verify.ts";
import { defaultTrustFile, repositoryOf } from "./key-origin.ts";

/**
 * Judges by `pprotect.trust` beside the store as the default branch of the remote has it, never by the one in the work tree: a branch
 * must not bring both a key and the line that accepts it.
 *
 * @param path the store's real path
 * @throws PprotectError `untrusted_key` where there is no such file
 */
export async function committedJudge(path: string, store: StoreData): Promise<KeyJudge> {
  const repository = await repositoryOf(path);
  const text = repository && (await defaultTrustFile(repository, TRUST_FILE));
  if (text !== undefined) return judgeByList(parseTrustList(text, TRUST_FILE), proofsIn(store));
  throw new PprotectError(
    "untrusted_key",
    `PPROTECT_TRUST is strict, and the default branch (origin/HEAD) has no ${TRUST_FILE} beside the store`,
    repository
      ? "`pprotect trust --write` writes it; `git remote set-head origin --auto` where origin/HEAD is missing"
      : "run it in a clone",
  );
}
