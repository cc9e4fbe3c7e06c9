import { type Domain, type StoreData, unionOfKeys } from "../../store/store-data.ts";
import { mergeAuditLogs } from "./audit-log-merge.ts";
import type { Conflict } from "./conflict.ts";
import { contentOfSide, domainContent, domainVersions, sidesWithDomain } from "./domain-content.ts";
import type { MergeContext, MergeOptions, Step } from "./merge-context.ts";
import { mergeCustodians } from "./merge-custodians.ts";
import { mergeOwners } from "./merge-owners.ts";
import { mergeSecrets } from "./merge-secrets.ts";
import type { StoreVersions } from "./versions.ts";
import { decideKey } from "./winning-key.ts";

export interface MergeResult {
  /** Everything merged; a conflict without a decision has our version. */
  readonly store: StoreData;
  readonly conflicts: readonly Conflict[];
}

/**
 * A three-way merge by meaning (FORMAT.md, "What ties entries together"). Custodians first; then, for each
 * domain, which key wins, its secrets sealed to that key, and its owners' copies of it; the audit log last. An
 * entry sealed to a replaced key is never taken as it is: it is re-sealed with the credentials, or a conflict.
 */
export function mergeStores(versions: StoreVersions, options: MergeOptions): MergeResult {
  const custodians = mergeCustodians(versions, options);
  const context: MergeContext = { ...options, versions, custodians: custodians.value };
  const conflicts: Conflict[] = [...custodians.conflicts];
  const domains = new Map<string, Domain>();
  for (const name of unionOfKeys(versions.ours.domains, versions.theirs.domains)) {
    const merged = mergeDomain(name, context);
    if (merged.value) domains.set(name, merged.value);
    conflicts.push(...merged.conflicts);
  }
  const auditLog = mergeAuditLogs(versions.base.auditLog, versions.ours.auditLog, versions.theirs.auditLog);
  return { store: { domains, custodians: custodians.value.pwdkm, auditLog }, conflicts };
}

/** One domain of a merge, or `undefined` if it is gone. */
function mergeDomain(name: string, context: MergeContext): Step<Domain | undefined> {
  const domain = domainVersions(name, context.versions);
  const sides = sidesWithDomain(domain, context);
  if (sides.value.length === 0) return { value: undefined, conflicts: sides.conflicts };
  const key = decideKey(domain, sides.value, context);
  const { side, publicKey, wholeDomain } = key.value;
  const content = wholeDomain ? contentOfSide(domain, side, context) : domainContent(domain, context);
  const secrets = mergeSecrets(domain, content, key.value, context);
  const owners = mergeOwners(domain, content, key.value, context);
  return {
    value: { publicKey, secrets: secrets.value, owners: owners.value },
    conflicts: [...sides.conflicts, ...key.conflicts, ...secrets.conflicts, ...owners.conflicts],
  };
}
