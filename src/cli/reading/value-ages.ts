import { accessHistoryOf, readAccessHistory } from "../../git/history/access-history.ts";
import { locateInRepository } from "../../git/process/store-location.ts";
import { type SecretAccess, whoKnows } from "../../store/access/who-knows.ts";
import { repositoryRoot } from "../../store/locate-store.ts";
import type { StoreData } from "../../store/store-data.ts";
import { absolutePath } from "../../system/path-text.ts";
import { realpathOfParent } from "../../system/real-path.ts";

/** What is known of the ages of values. */
export interface ValueAges {
  readonly secrets: readonly SecretAccess[];
  /** Why values may be older: earlier commits are missing, or all of them. */
  readonly missing: "earlier-commits" | "repository" | undefined;
}

/**
 * Since when each secret has its value, as far as the history of the store shows without credentials.
 * @param warn gets a sentence where that is not far
 */
export async function valueAges(
  storePath: string,
  present: StoreData,
  warn: (message: string) => void,
): Promise<ValueAges> {
  const store = absolutePath(storePath);
  if (repositoryRoot(realpathOfParent(store)) === undefined) {
    warn("the store is not in a git repository: how old its values are is not known");
    return { secrets: whoKnows(accessHistoryOf([present]), present).secrets, missing: "repository" };
  }
  const { repository, path } = await locateInRepository(store);
  const { history, isShallow } = await readAccessHistory(repository, path, { present: [present] });
  if (isShallow) warn("this is a shallow clone: values may be older than it shows");
  return { secrets: whoKnows(history, present).secrets, missing: isShallow ? "earlier-commits" : undefined };
}
