import { unionOfKeys } from "../../store/store-data.ts";
import type { Conflict, UndoneChange } from "./conflict.ts";
import { type DomainVersions, secretTexts } from "./domain-versions.ts";
import { chosenSide, domainsSharingKey, type MergeContext, type Step, step } from "./merge-context.ts";
import { onlyOneHas } from "./merge-custodians.ts";
import { apartRotations } from "./merge-rotations.ts";
import { NO_OWNER_LEFT, ownerNames } from "./owner-names.ts";
import {
  contentFrom,
  contentOfRotation,
  isUnchanged,
  type SecretContent,
  secretContent,
  UNCHANGED,
} from "./secret-content.ts";
import { otherSide, SIDES, type Side, type StoreVersions } from "./versions.ts";

/** What a domain holds after a merge, before anything is sealed. */
export interface DomainContent {
  readonly secrets: ReadonlyMap<string, SecretContent>;
  /** Secrets in conflict without a decision; {@link secrets} has our version of them. */
  readonly undecided: ReadonlySet<string>;
  /** Names of the owners. */
  readonly owners: readonly string[];
}

/**
 * The sides that have a domain after a merge.
 * @returns both, or the only one that has it; none if it is removed
 */
export function sidesWithDomain(domain: DomainVersions, context: MergeContext): Step<readonly Side[]> {
  const present = SIDES.filter((side) => domain[side] !== undefined);
  const [side] = present;
  if (side === undefined || present.length === 2) return step(present);
  const { isBaseUnreadable } = context.versions;
  const sharing = domainsSharingKey(domain.name, domain[side]?.publicKey, context);
  const isNew = domain.base === undefined && !isBaseUnreadable;
  if (isNew && sharing.length === 0) return step(present);
  if (!isNew && !isBaseUnreadable && isUntouched(domain, side, context.versions)) return step([]);
  const subject = { kind: "domain", domain: domain.name } as const;
  const chosen = chosenSide(subject, context);
  if (chosen === undefined) {
    const reason = isNew
      ? `added by ${side} with the key of domain ${sharing.join(", ")}: a copy of it would open both`
      : isBaseUnreadable
        ? onlyOneHas(side)
        : `removed by ${otherSide(side)}, changed by ${side}`;
    const conflict: Conflict = { subject, reason, credentials: "useless", choices: SIDES };
    return step(side === "ours" ? [side] : [], [conflict]);
  }
  return chosen === side
    ? step([side], [], isNew ? [] : [{ subject, side: otherSide(side), change: "removed" }])
    : step([], [], [{ subject, side, change: domain.base ? "changed" : "added" }]);
}

/**
 * Whether a side left a domain as it was in the base. An owner's entry that was only re-sealed because that
 * custodian's own key changed is not a change of the domain.
 */
function isUntouched(domain: DomainVersions, side: Side, versions: StoreVersions): boolean {
  const { base, [side]: now } = domain;
  if (!base || !now || now.publicKey !== base.publicKey) return false;
  if (now.owners.size !== base.owners.size || now.secrets.size !== base.secrets.size) return false;
  const rekeyed = (owner: string): boolean =>
    versions[side].custodians.get(owner) !== versions.base.custodians.get(owner);
  const sameOwners = [...now.owners].every(
    ([owner, sealed]) => base.owners.get(owner) === sealed || (base.owners.has(owner) && rekeyed(owner)),
  );
  return sameOwners && [...now.secrets].every(([secret, sealed]) => base.secrets.get(secret) === sealed);
}

/**
 * A three-way merge of a domain's secrets, by value where credentials open them, and of its owners' names. A domain that
 * one side alone has, and that stays, is that side's.
 */
export function domainContent(domain: DomainVersions, context: MergeContext): Step<DomainContent> {
  const only = onlySide(domain);
  if (only !== undefined) return contentOfOneSide(domain, only, context);
  const secrets = new Map<string, SecretContent>();
  const undecided = new Set<string>();
  const conflicts: Conflict[] = [];
  const undone: UndoneChange[] = [];
  const apart = apartRotations(domain.name, context.versions, context.rotations);
  for (const name of unionOfKeys(domain.ours?.secrets, domain.theirs?.secrets)) {
    const rotation = apart.get(name);
    // Most secrets of a large store.
    if (!rotation && isUnchanged(domain, name)) {
      secrets.set(name, UNCHANGED);
      continue;
    }
    const merged = rotation
      ? contentOfRotation(domain, name, rotation, context)
      : secretContent(domain, name, context);
    if (merged.value) secrets.set(name, merged.value);
    if (merged.conflicts.length > 0 || (rotation && chosenSide(rotation.subject, context) === undefined))
      undecided.add(name);
    conflicts.push(...merged.conflicts);
    undone.push(...merged.undone);
  }
  const owners = ownerNames(domain, context);
  return step(
    { secrets, undecided, owners: owners.value },
    [...conflicts, ...owners.conflicts],
    [...undone, ...owners.undone],
  );
}

/** The side that has a domain, if the other has none. */
function onlySide(domain: DomainVersions): Side | undefined {
  const present = SIDES.filter((side) => domain[side] !== undefined);
  return present.length === 1 ? present[0] : undefined;
}

/** What the other side removed with the domain is not removed from it: whether the domain stays is decided for all of it. */
function contentOfOneSide(domain: DomainVersions, side: Side, context: MergeContext): Step<DomainContent> {
  const secrets = new Map<string, SecretContent>();
  for (const name of domain[side]?.secrets.keys() ?? []) {
    secrets.set(name, contentFrom(secretTexts(domain, name), side) ?? { from: [side] });
  }
  const all = unionOfKeys(domain[side]?.owners);
  const owners = all.filter((owner) => context.custodians.pwdkm.has(owner));
  const orphaned: Conflict = {
    subject: { kind: "domain", domain: domain.name },
    reason: NO_OWNER_LEFT,
    credentials: "useless",
    choices: [],
  };
  const isOrphaned = owners.length === 0 && all.length > 0;
  return step({ secrets, undecided: new Set(), owners }, isOrphaned ? [orphaned] : []);
}
