import { type Domain, unionOfKeys } from "../../store/store-data.ts";
import type { Conflict, ConflictSubject, UndoneChange } from "./conflict.ts";
import {
  changeKind,
  chosenSide,
  domainsSharingKey,
  type MergeContext,
  type Step,
  step,
} from "./merge-context.ts";
import { onlyOneHas } from "./merge-custodians.ts";
import { type ApartRotation, apartRotations } from "./merge-rotations.ts";
import {
  changedSide,
  otherSide,
  SIDES,
  type Side,
  type StoreVersions,
  type VersionName,
  type Versions,
  versionsOf,
} from "./versions.ts";

/** A domain by name, in the three versions. */
export interface DomainVersions extends Versions<Domain> {
  readonly name: string;
}

/** What a domain holds after a merge, before anything is sealed. */
export interface DomainContent {
  readonly secrets: ReadonlyMap<string, SecretContent>;
  /** Secrets in conflict without a decision; {@link secrets} has our version of them. */
  readonly undecided: ReadonlySet<string>;
  /** Names of the owners. */
  readonly owners: readonly string[];
}

/** Where the value of a secret comes from: any of these versions, or a user who typed it. */
export type SecretContent = { readonly from: readonly VersionName[] } | { readonly value: string };

export function domainVersions(name: string, versions: StoreVersions): DomainVersions {
  return { name, ...versionsOf(versions, ({ domains }) => domains.get(name)) };
}

/** The sealed text of one secret, in the three versions. */
export function secretTexts(domain: DomainVersions, name: string): Versions<string> {
  const text = (version: VersionName) => domain[version]?.secrets.get(name);
  return { base: text("base"), ours: text("ours"), theirs: text("theirs") };
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

const NO_OWNER_LEFT = "none of its owners is a key custodian any more";

const UNCHANGED: SecretContent = { from: ["ours", "theirs", "base"] };

/** Whether all three versions have the same text of a secret. */
function isUnchanged({ base, ours, theirs }: DomainVersions, name: string): boolean {
  const sealed = ours?.secrets.get(name);
  return sealed !== undefined && sealed === theirs?.secrets.get(name) && sealed === base?.secrets.get(name);
}

/**
 * A secret of a rotation that the sides took apart: a decision about the rotation holds for all of its secrets.
 * @returns `undefined` for a secret that is removed
 */
function contentOfRotation(
  domain: DomainVersions,
  name: string,
  { subject, conflict }: ApartRotation,
  context: MergeContext,
): Step<SecretContent | undefined> {
  const text = secretTexts(domain, name);
  const chosen = chosenSide(subject, context);
  if (chosen === undefined) {
    return step(contentFrom(text, "ours"), name === subject.name ? [conflict] : []);
  }
  const other = otherSide(chosen);
  const undone: UndoneChange = {
    subject: { ...subject, name },
    side: other,
    change: changeKind(text.base, text[other]),
  };
  return step(contentFrom(text, chosen), [], text[other] === text.base ? [] : [undone]);
}

/** @returns `undefined` for a secret that is removed */
function secretContent(
  domain: DomainVersions,
  name: string,
  context: MergeContext,
): Step<SecretContent | undefined> {
  const text = secretTexts(domain, name);
  const changed = changedSide(text, context.versions);
  if (changed !== undefined) return step(contentFrom(text, changed));
  const same = equalValues(domain, name, context);
  const merged = sideByValue(same, context);
  if (merged !== undefined) return step(contentFrom(text, merged, same));
  const subject: ConflictSubject = { kind: "secret", domain: domain.name, name };
  const decision = context.decide(subject);
  const overruled = (sides: readonly Side[]): UndoneChange[] =>
    sides
      .filter((side) => text[side] !== text.base)
      .map((side) => ({ subject, side, change: changeKind(text.base, text[side]) }));
  if (typeof decision === "object") return step(decision, [], overruled(SIDES));
  if (decision === "ours" || decision === "theirs") {
    return step(contentFrom(text, decision), [], overruled([otherSide(decision)]));
  }
  return step(contentFrom(text, "ours"), [secretConflict(domain, subject, text, context)]);
}

/** Whether two versions have the same value of a secret. */
type EqualVersions = (a: VersionName, b: VersionName) => boolean;

/** Every version that has the text of a side, or the same value under another key. */
function contentFrom(
  text: Versions<string>,
  side: Side,
  equal: EqualVersions = () => false,
): SecretContent | undefined {
  const sealed = text[side];
  if (sealed === undefined) return undefined;
  const others = ([otherSide(side), "base"] as const).filter(
    (version) => text[version] === sealed || equal(side, version),
  );
  return { from: [side, ...others] };
}

/** Compares the values that the credentials open. */
function equalValues(
  { name: domain }: DomainVersions,
  name: string,
  { credentials }: MergeContext,
): EqualVersions {
  return (a, b) => {
    const value = credentials.secret(a, domain, name);
    return value !== undefined && value === credentials.secret(b, domain, name);
  };
}

/** The side to take by the values themselves: one of two equal ones, or the one whose value changed. */
function sideByValue(equal: EqualVersions, { versions }: MergeContext): Side | undefined {
  if (equal("ours", "theirs")) return "ours";
  if (versions.isBaseUnreadable) return undefined;
  if (equal("theirs", "base")) return "ours";
  return equal("ours", "base") ? "theirs" : undefined;
}

function secretConflict(
  domain: DomainVersions,
  subject: ConflictSubject & { readonly kind: "secret" },
  text: Versions<string>,
  { versions, credentials }: MergeContext,
): Conflict {
  const { base, ours, theirs } = text;
  const choices = ["ours", "theirs", "new"] as const;
  const conflict = (reason: string, help: Conflict["credentials"]): Conflict => ({
    subject,
    reason,
    credentials: help,
    choices,
  });
  const opens = (version: VersionName): boolean =>
    text[version] === undefined || credentials.secret(version, subject.domain, subject.name) !== undefined;
  const isOpen = SIDES.every(opens) && opens("base");
  if (versions.isBaseUnreadable && (ours === undefined || theirs === undefined)) {
    return conflict(onlyOneHas(ours === undefined ? "theirs" : "ours"), "useless");
  }
  const what =
    ours === undefined
      ? "removed by ours, changed by theirs"
      : theirs === undefined
        ? "changed by ours, removed by theirs"
        : base === undefined
          ? "added by both sides"
          : "changed by both sides";
  if (isOpen) return conflict(what, "useless");
  const resealer = base === undefined ? undefined : SIDES.find((side) => mayBeResealed(domain, text, side));
  if (resealer === undefined) return conflict(what, ours && theirs ? "useful" : "useless");
  const other = otherSide(resealer);
  const did = text[other] === undefined ? "removed" : "changed";
  return conflict(
    `${did} by ${other}, re-sealed by ${resealer}, which replaced the domain key: only an owner's credentials show whether ${resealer} changed it too`,
    "needed",
  );
}

/** Whether a side's text may differ from the base's only because the domain has another key there. */
function mayBeResealed(domain: DomainVersions, text: Versions<string>, side: Side): boolean {
  return text[side] !== undefined && domain[side]?.publicKey !== domain.base?.publicKey;
}

/** The owners of a domain after a merge: three-way, by presence. */
function ownerNames(domain: DomainVersions, context: MergeContext): Step<readonly string[]> {
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
