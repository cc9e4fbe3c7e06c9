import { sealDomainKey } from "../../store/domain.ts";
import type { Conflict, ConflictSubject } from "./conflict.ts";
import type { DomainContent, DomainVersions } from "./domain-content.ts";
import { chosenSide, type MergeContext, type Step } from "./merge-context.ts";
import { SIDES, type Side } from "./versions.ts";
import type { WinningKey } from "./winning-key.ts";

/** Step 3: a domain's owners, each with a copy of the key that wins. @returns sealed keys, base64, by owner */
export function mergeOwners(
  domain: DomainVersions,
  { owners }: DomainContent,
  key: WinningKey,
  context: MergeContext,
): Step<Map<string, string>> {
  const hadOwners = SIDES.some((side) => (domain[side]?.owners.size ?? 0) > 0);
  if (owners.length === 0 && hadOwners) return lastOwners(domain, key, context);
  const value = new Map<string, string>();
  const conflicts: Conflict[] = [];
  for (const owner of owners) {
    const sealed = ownerCopy(domain, owner, key, context);
    const merged =
      sealed === undefined ? withoutCopy(domain, owner, context) : { value: sealed, conflicts: [] };
    if (merged.value !== undefined) value.set(owner, merged.value);
    conflicts.push(...merged.conflicts);
  }
  return { value, conflicts };
}

/** An owner's copy of the key: from a side where both keys are the merged ones, else sealed again. */
function ownerCopy(
  domain: DomainVersions,
  owner: string,
  key: WinningKey,
  { versions, custodians, credentials }: MergeContext,
): string | undefined {
  const pwdkm = custodians.pwdkm.get(owner);
  if (pwdkm === undefined) return undefined;
  const sidesWithKey = SIDES.filter((side) => domain[side]?.publicKey === key.publicKey);
  const current = sidesWithKey
    .filter((side) => versions[side].custodians.get(owner) === pwdkm)
    .flatMap((side) => domain[side]?.owners.get(owner) ?? []);
  // A copy that a side re-sealed, perhaps because the base's could not be opened, is never the worse one.
  const sealed = current.find((copy) => copy !== domain.base?.owners.get(owner)) ?? current[0];
  if (sealed !== undefined) return sealed;
  for (const side of sidesWithKey) {
    const privateKey = credentials.domainKey(side, domain.name);
    if (privateKey) return sealDomainKey(privateKey, pwdkm);
  }
  return undefined;
}

/**
 * An owner whose copy of the key has to be sealed again, without the credentials for it. If only one side made
 * them an owner, choosing the other side leaves them out.
 * @returns a copy only to show it
 */
function withoutCopy(domain: DomainVersions, owner: string, context: MergeContext): Step<string | undefined> {
  const subject: ConflictSubject = { kind: "owner", domain: domain.name, name: owner };
  const copyIn = (side: Side) => domain[side]?.owners.get(owner);
  const chosen = chosenSide(subject, context);
  if (chosen !== undefined && copyIn(chosen) === undefined) return { value: undefined, conflicts: [] };
  if (context.forDisplay) return { value: copyIn(chosen ?? "ours"), conflicts: [] };
  const conflict: Conflict = {
    subject,
    reason: "this owner's copy of the domain key is stale: the other side replaced the key",
    credentials: "needed",
  };
  return { value: undefined, conflicts: [conflict] };
}

/** Each side removed the other's owners: a user has to decide who stays. */
function lastOwners(
  domain: DomainVersions,
  key: WinningKey,
  context: MergeContext,
): Step<Map<string, string>> {
  const subject = { kind: "domain", domain: domain.name } as const;
  const chosen = chosenSide(subject, context);
  const conflict: Conflict = {
    subject,
    reason: "each side removed other owners, and none would be left",
    credentials: "useless",
  };
  const kept = domain[chosen ?? "ours"] ?? domain[key.side];
  return { value: new Map(kept?.owners), conflicts: chosen === undefined ? [conflict] : [] };
}
