import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import type { AccessHistory } from "../../store/access/access-history.ts";
import type { OpenedValues } from "../../store/access/same-values.ts";
import type { Access } from "../../store/access/who-knows.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { repositoryRoot } from "../../store/locate-store.ts";
import type { StoreData } from "../../store/store-data.ts";
import { absolutePath } from "../../system/path-text.ts";
import { realpathOfParent } from "../../system/real-path.ts";
import { Progress } from "../report/progress.ts";
import { BaseCommand } from "./base-command.ts";

/** ms before progress is shown. */
const PROGRESS_AFTER = 1000;

/** What a history says of the store, and what it cannot say. */
export interface FoundAccess {
  readonly access: Access;
  readonly history: AccessHistory;
  /** Commits that changed the store. */
  readonly commits: number;
  readonly unreadable: readonly { readonly shortId: string; readonly problem: string }[];
  readonly isShallow: boolean;
}

/** A command that says who knows what, from the store's history. */
export abstract class AccessCommand extends BaseCommand {
  /**
   * Reads the history that ends with a store, and opens it where credentials were verified.
   *
   * @param present the store in the work tree, or nothing with a revision
   * @param earlier what the store in the work tree was before, oldest first
   */
  protected async findAccess(
    present: StoreData,
    custodian: UnlockedCustodian | undefined,
    {
      revision,
      earlier = [],
    }: { readonly revision?: string | undefined; readonly earlier?: readonly StoreData[] } = {},
  ): Promise<FoundAccess> {
    const user = custodian?.name;
    const read = await this.#readHistory(present, user, revision, earlier);
    const { whoKnows } = await import("../../store/access/who-knows.ts");
    const opened = custodian && (await this.#open(read.history, custodian));
    return { ...read, access: whoKnows(read.history, read.store, opened) };
  }

  async #readHistory(
    present: StoreData,
    user: string | undefined,
    revision: string | undefined,
    earlier: readonly StoreData[],
  ) {
    const store = absolutePath(this.storePath);
    const { accessHistoryOf, readAccessHistory } = await import("../../git/history/access-history.ts");
    if (repositoryRoot(realpathOfParent(store)) === undefined) {
      this.note(
        "pprotect: warning: the store is not in a git repository: earlier owners and values are not known",
      );
      const history = accessHistoryOf([...earlier, present], user);
      return { history, store: present, commits: 0, unreadable: [], isShallow: false };
    }
    const { locateInRepository } = await import("../../git/process/store-location.ts");
    const { repository, path } = await locateInRepository(store);
    const progress = new Progress("reading version", PROGRESS_AFTER);
    try {
      return await readAccessHistory(repository, path, {
        user,
        revision,
        ...(revision === undefined ? { present: [...earlier, present] } : {}),
        onProgress: (done, total) => progress.show(done, total),
      });
    } finally {
      progress.clear();
    }
  }

  async #open(history: AccessHistory, custodian: UnlockedCustodian): Promise<OpenedValues> {
    const { openHistory } = await import("../../store/access/open-history.ts");
    return openHistory(history, custodian, this.usedPassphrase ?? "");
  }

  /** The acting custodian, where credentials were given; recorded before anything is opened. */
  protected async givenReader(keyFile: KeyFile): Promise<UnlockedCustodian | undefined> {
    if (this.user === undefined && !(await this.hasGivenCredentials(keyFile.data.custodians)))
      return undefined;
    (await this.recorder()).check();
    const custodian = await this.unlock(keyFile);
    await this.recordOwned(keyFile, custodian);
    return custodian;
  }

  /** Writes into the access log that everything which a custodian owns is opened. */
  protected async recordOwned(keyFile: KeyFile, { name }: UnlockedCustodian): Promise<void> {
    const recorder = await this.recorder();
    const store = realpathOfParent(this.storePath);
    const domains = keyFile.domainsOf(name).map((domain) => ({ store, domain }));
    await recorder.record({ custodian: name, domains });
  }

  /** What limits an answer, each in a sentence. */
  protected limitsOf({ isShallow, unreadable }: FoundAccess): string[] {
    const [first] = unreadable;
    return [
      ...(isShallow ? ["This is a shallow clone: owners before its first commit are not known."] : []),
      ...(first
        ? [
            `${countNoun(unreadable.length, "version")} of the store cannot be read (${first.shortId}: ${first.problem}): the owners in ${unreadable.length === 1 ? "it" : "them"} are not known.`,
          ]
        : []),
    ];
  }

  /**
   * Before a check says that all is well.
   * @throws PprotectError `incomplete_history`
   */
  protected refuseShallow({ isShallow }: FoundAccess): void {
    if (!isShallow) return;
    throw new PprotectError(
      "incomplete_history",
      `this is a shallow clone: earlier owners of ${displayName(this.storePath)} are not known`,
      "`git fetch --unshallow` fetches the rest; in CI, check out the whole history (`fetch-depth: 0`)",
    );
  }
}
