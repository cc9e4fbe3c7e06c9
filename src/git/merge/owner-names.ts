import { unionOfKeys } from "../../store/store-data.ts";
import type { Conflict, ConflictSubject, UndoneChange } from "./conflict.ts";
import type { DomainVersions } from "./domain-versions.ts";
import { chosenSide, type MergeContext, type Step, step } from "./merge-context.ts";
import { onlyOneHas } from "./merge-custodians.ts";
import { otherSide, SIDES, type Side, type VersionName } from "./versions.ts";

/** Why a domain is a conflict whose owners are all gone. */
export const NO_OWNER_LEFT = "none of its owners is a key custodian any more";

/** The owners of a domain after a merge: three-way, by presence. */
export function ownerNames(domain: DomainVersions, context: MergeContext): Step<readonly string[]> {
  const owners: string[] = [];
  const conflicts: Conflict[] = [];
  const undone: UndoneChange[] = [];
  const all = unionOfKeys(domain.ours?.owners, domain.theirs?.owners);
  for (const owner of all) {
    const merged = isOwner(domain, owner, context);
    if (merged.value) owners.push(owner);
    conflicts.push(...merged.conflicts);
    undone.push(...merged.undone);
  }
  if (owners.length > 0 || all.length === 0) return step(owners, conflicts, undone);
  return lastOwners(domain, context);
}

function isOwner(domain: DomainVersions, owner: string, context: MergeContext): Step<boolean> {
  const { custodians, versions } = context;
  if (!custodians.pwdkm.has(owner)) return step(false);
  const has = (version: VersionName) => domain[version]?.owners.has(owner) ?? false;
  const custodianSide = custodians.chosenSides.get(owner);
  if (custodianSide !== undefined && (has("base") || versions.isBaseUnreadable))
    return step(has(custodianSide));
  if (has("ours") === has("theirs")) return step(has("ours"));
  if (!versions.isBaseUnreadable) return step(!has("base"));
  const side: Side = has("ours") ? "ours" : "theirs";
  const subject: ConflictSubject = { kind: "owner", domain: domain.name, name: owner };
  const decision = context.decide(subject);
  if (decision === undefined) {
    return step(true, [{ subject, reason: onlyOneHas(side), credentials: "useless", choices: SIDES }]);
  }
  const stays = decision === side || decision === "grant";
  return step(
    stays,
    [],
    [{ subject, side: stays ? otherSide(side) : side, change: stays ? "removed" : "added" }],
  );
}

/** Each side removed the other's owners: a user has to decide whose stay. */
function lastOwners(domain: DomainVersions, context: MergeContext): Step<readonly string[]> {
  const subject = { kind: "domain", domain: domain.name } as const;
  const known = (side: Side): string[] =>
    unionOfKeys(domain[side]?.owners).filter((owner) => context.custodians.pwdkm.has(owner));
  const choices = SIDES.filter((side) => known(side).length > 0);
  const chosen = chosenSide(subject, context);
  if (chosen === undefined || !choices.includes(chosen)) {
    const [first] = choices;
    const reason =
      first === undefined ? NO_OWNER_LEFT : "each side removed other owners, and none would be left";
    return step(first === undefined ? [] : known(first), [
      { subject, reason, credentials: "useless", choices },
    ]);
  }
  const undone = known(chosen).map((name) => ({
    subject: { kind: "owner", domain: domain.name, name } as const,
    side: otherSide(chosen),
    change: "removed" as const,
  }));
  return step(known(chosen), [], undone);
}
