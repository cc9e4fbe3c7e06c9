import { type Domain, unionOfKeys } from "../../store/store-data.ts";
import type { Conflict } from "./conflict.ts";
import { chosenSide, type MergeContext, type Step } from "./merge-context.ts";
import {
  otherSide,
  SIDES,
  type Side,
  type StoreVersions,
  unchallengedSides,
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
  readonly owners: readonly string[];
}

/** A secret of either side. */
export interface SecretContent {
  /** The sides whose version may be taken, which may be that it is absent; none where both changed it. */
  readonly from: readonly Side[];
  readonly present: Versions<boolean>;
}

export function domainVersions(name: string, versions: StoreVersions): DomainVersions {
  return { name, ...versionsOf(versions, ({ domains }) => domains.get(name)) };
}

/**
 * The sides that have a domain after a merge.
 * @returns both, or the only one that has it; none if it is removed
 */
export function sidesWithDomain(domain: DomainVersions, context: MergeContext): Step<readonly Side[]> {
  const present = SIDES.filter((side) => domain[side] !== undefined);
  const [side] = present;
  if (side === undefined || present.length === 2 || domain.base === undefined)
    return { value: present, conflicts: [] };
  // The other side removed it.
  if (isUntouched(domain, side, context.versions)) return { value: [], conflicts: [] };
  const subject = { kind: "domain", domain: domain.name } as const;
  const reason = `removed by ${otherSide(side)}, changed by ${side}`;
  const chosen = chosenSide(subject, context);
  const conflicts: Conflict[] = chosen === undefined ? [{ subject, reason, credentials: "useless" }] : [];
  return { value: (chosen ?? "ours") === side ? [side] : [], conflicts };
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

/** A three-way merge of a domain's secrets, by value where credentials open them, and of its owners' names. */
export function domainContent(domain: DomainVersions, context: MergeContext): DomainContent {
  const secrets = unionOfKeys(domain.ours?.secrets, domain.theirs?.secrets).map(
    (name) => [name, secretContent(domain, name, context)] as const,
  );
  const owners = unionOfKeys(domain.ours?.owners, domain.theirs?.owners);
  return {
    secrets: new Map(secrets),
    owners: owners.filter((owner) => isOwnerAfter(domain, owner, context)),
  };
}

/** What one side alone has of a domain, but for owners whom the other side removed unless that were all of them. */
export function contentOfSide(domain: DomainVersions, side: Side, context: MergeContext): DomainContent {
  const { secrets, owners } = domain[side] ?? { secrets: new Map<string, string>(), owners: new Map() };
  const present: Versions<boolean> = { base: undefined, ours: undefined, theirs: undefined, [side]: true };
  const known = [...owners.keys()].filter((owner) => context.custodians.pwdkm.has(owner));
  const remaining = known.filter((owner) => isOwnerAfter(domain, owner, context));
  return {
    secrets: new Map([...secrets.keys()].map((name) => [name, { from: [side], present }])),
    owners: remaining.length > 0 ? remaining : known,
  };
}

function secretContent(domain: DomainVersions, name: string, { credentials }: MergeContext): SecretContent {
  const sealed = (version: VersionName) => domain[version]?.secrets.get(name);
  const same = (a: VersionName, b: VersionName): boolean => {
    if (sealed(a) === sealed(b)) return true;
    const value = credentials.secret(a, domain.name, name);
    return value !== undefined && value === credentials.secret(b, domain.name, name);
  };
  const version = (each: VersionName) => (sealed(each) === undefined ? undefined : each);
  const from = unchallengedSides(
    { base: version("base"), ours: version("ours"), theirs: version("theirs") },
    same,
  );
  const has = (each: VersionName) => (sealed(each) === undefined ? undefined : true);
  return { from, present: { base: has("base"), ours: has("ours"), theirs: has("theirs") } };
}

/** Whether a custodian owns a domain after a merge: three-way, by presence. */
function isOwnerAfter(domain: DomainVersions, owner: string, { custodians }: MergeContext): boolean {
  if (!custodians.pwdkm.has(owner)) return false;
  const isOwner = (version: VersionName) => domain[version]?.owners.has(owner) ?? false;
  const chosen = custodians.chosenSides.get(owner);
  if (chosen !== undefined && isOwner("base")) return isOwner(chosen);
  if (isOwner("ours") === isOwner("theirs")) return isOwner("ours");
  return isOwner("base") === isOwner("ours") ? isOwner("theirs") : isOwner("ours");
}

/** Owners of one side whom the other side removed: they know that side's key. */
export function removedOwners(domain: DomainVersions, side: Side, context: MergeContext): string[] {
  return unionOfKeys(domain[side]?.owners).filter((owner) => !isOwnerAfter(domain, owner, context));
}
