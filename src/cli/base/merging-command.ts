import type { SealedValues, ValuesByBox } from "../../git/merge/values-in-question.ts";
import type { StoreVersions } from "../../git/merge/versions.ts";
import { realpathOfExistingPrefix } from "../../system/real-path.ts";
import { LeaseReadingCommand } from "./lease-reading-command.ts";

/** A command that merges stores: what it opens, with leases or credentials, is in the access log. */
export abstract class MergingCommand extends LeaseReadingCommand {
  /** Opens values of a merge with leases that cover all of them; what does not open is left out. */
  protected async openValues(
    path: string,
    sealed: readonly SealedValues[],
  ): Promise<ValuesByBox | undefined> {
    const opened = await this.openByLeases(path, sealed);
    if (!opened) return undefined;
    const values = new Map<string, Map<string, string>>();
    for (const [index, { domain, boxes }] of sealed.entries()) {
      const ofDomain = values.get(domain) ?? new Map<string, string>();
      for (const [name, box] of boxes) {
        const value = opened[index]?.get(name);
        if (typeof value === "string") ofDomain.set(box, value);
      }
      values.set(domain, ofDomain);
    }
    return values;
  }

  /** Records that a merge opens with credentials what it has to: any value of the domains that differ. */
  protected async recordMerge(
    path: string,
    custodian: string,
    { ours, theirs }: StoreVersions,
  ): Promise<void> {
    const store = realpathOfExistingPrefix(path);
    const domains = [...ours.domains]
      .filter(([name, domain]) => {
        const other = theirs.domains.get(name);
        return other !== undefined && !Bun.deepEquals(domain, other);
      })
      .map(([domain]) => ({ store, domain }));
    await (await this.recorder()).record({ custodian, domains });
  }
}
