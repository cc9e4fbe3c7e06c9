import { sealDomainKey, sealSecret } from "../../store/domain.ts";
import type { Domain, StoreData } from "../../store/store-data.ts";
import type { Conflict, ConflictSubject } from "./conflict.ts";
import type { MergeContext } from "./merge-context.ts";
import {
  acceptableSides,
  type Choice,
  type SideName,
  type Sides,
  unionOfKeys,
  type Versions,
} from "./sides.ts";

/** One domain of a merge, or `undefined` where it is gone. */
export function mergeDomain(name: string, context: MergeContext): Domain | undefined {
  const { sides } = context;
  const versions: Versions<Domain> = {
    base: sides.base.domains.get(name),
    ours: sides.ours.domains.get(name),
    theirs: sides.theirs.domains.get(name),
  };
  const { base, ours, theirs } = versions;
  if (ours && theirs) return mergePresent(name, ours, theirs, base, context);
  const [present, side]: [Domain | undefined, Choice] = ours ? [ours, "ours"] : [theirs, "theirs"];
  if (!present) return undefined;
  // Only one side has it: new there, or removed by the other.
  if (!base) return mergeEntries(name, side, context);
  if (isUntouched(present, base, sides[side], sides.base)) return undefined;
  const chosen = decideDomain(
    name,
    `removed by ${side === "ours" ? "theirs" : "ours"}, changed by ${side}`,
    "useless",
    context,
  );
  return chosen === side ? mergeEntries(name, side, context) : undefined;
}

function mergePresent(
  name: string,
  ours: Domain,
  theirs: Domain,
  base: Domain | undefined,
  context: MergeContext,
): Domain {
  if (ours.publicKey === theirs.publicKey) return mergeEntries(name, "ours", context);
  if (base && theirs.publicKey === base.publicKey) return mergeEntries(name, "ours", context);
  if (base && ours.publicKey === base.publicKey) return mergeEntries(name, "theirs", context);
  // Two new keys. Ours stands if everything of theirs can be opened and sealed to it.
  if (context.opener.domainKey("ours", name) && context.opener.domainKey("theirs", name)) {
    return mergeEntries(name, "ours", context);
  }
  const how = base ? "both sides replaced its key" : "both sides created it, each with a key of its own";
  return decideDomain(name, how, "needed", context) === "theirs"
    ? whole("theirs", theirs, name, context)
    : whole("ours", ours, name, context);
}

/** A whole domain of one side; only ownerships of custodians that are gone or rekeyed are seen to. */
function whole(side: Choice, domain: Domain, name: string, context: MergeContext): Domain {
  if (context.forDisplay) return domain;
  const only = context.sides[side];
  return mergeEntries(name, side, { ...context, sides: { base: only, ours: only, theirs: only } });
}

/** Asks for a side; where nobody decides, the conflict is reported and ours stands. */
function decideDomain(
  domain: string,
  reason: string,
  credentials: Conflict["credentials"],
  context: MergeContext,
): Choice {
  const subject: ConflictSubject = { kind: "domain", domain };
  const decision = context.decide(subject);
  if (decision === "ours" || decision === "theirs") return decision;
  context.report({ subject, reason, credentials });
  return "ours";
}

/**
 * Whether a side left a domain alone. An owner's entry that was only sealed anew, because that custodian's own
 * key changed, is no change of the domain.
 */
function isUntouched(domain: Domain, base: Domain, store: StoreData, baseStore: StoreData): boolean {
  if (domain.publicKey !== base.publicKey || domain.owners.size !== base.owners.size) return false;
  if (domain.secrets.size !== base.secrets.size) return false;
  const sameOwners = [...domain.owners].every(
    ([owner, sealed]) =>
      base.owners.get(owner) === sealed ||
      (base.owners.has(owner) && store.custodians.get(owner) !== baseStore.custodians.get(owner)),
  );
  return sameOwners && [...domain.secrets].every(([secret, sealed]) => base.secrets.get(secret) === sealed);
}

/** Merges secrets and owners under the public key of the side whose key stands. */
function mergeEntries(name: string, standing: Choice, context: MergeContext): Domain {
  const { sides } = context;
  const standingDomain = sides[standing].domains.get(name);
  const publicKey = standingDomain?.publicKey ?? "";
  const domain: Domain = { publicKey, owners: new Map(), secrets: new Map() };
  return {
    publicKey,
    secrets: mergeSecrets(name, domain, context),
    owners: mergeOwners(name, standing, domain, context),
  };
}

function mergeSecrets(domainName: string, domain: Domain, context: MergeContext): Map<string, string> {
  const { sides } = context;
  const secrets = new Map<string, string>();
  const of = (side: SideName) => sides[side].domains.get(domainName)?.secrets;
  for (const secret of unionOfKeys(of("ours"), of("theirs"))) {
    const sealed = mergeSecret(domainName, secret, domain, context);
    if (sealed !== undefined) secrets.set(secret, sealed);
  }
  return secrets;
}

function mergeSecret(
  domainName: string,
  secret: string,
  domain: Domain,
  context: MergeContext,
): string | undefined {
  const { sides, opener } = context;
  const sealedIn = (side: SideName) => sides[side].domains.get(domainName)?.secrets.get(secret);
  const publicKeyIn = (side: SideName) => sides[side].domains.get(domainName)?.publicKey;
  const versionOf = (side: SideName): SideName | undefined =>
    sealedIn(side) === undefined ? undefined : side;
  const same = (a: SideName, b: SideName): boolean => {
    if (sealedIn(a) === sealedIn(b)) return true;
    const value = opener.secret(a, domainName, secret);
    return value !== undefined && value === opener.secret(b, domainName, secret);
  };
  const versions = { base: versionOf("base"), ours: versionOf("ours"), theirs: versionOf("theirs") };
  const subject: ConflictSubject = { kind: "secret", domain: domainName, name: secret };
  const acceptable = acceptableSides(versions, same);
  // Any of them will do; one that is sealed to the key that stands needs nobody's key.
  for (const side of acceptable) {
    const taken = restate(side, domainName, secret, domain, context);
    if (taken) return taken.sealed;
  }
  const [side] = acceptable;

  const decision = context.decide(subject);
  if (typeof decision === "object") return sealSecret(domain, decision.value);
  if (decision !== undefined) {
    const decided = restate(decision, domainName, secret, domain, context);
    if (decided) return decided.sealed;
    if (context.forDisplay) return sealedIn(decision);
  }
  const { base, ours, theirs } = versions;
  const resealed = [ours, theirs].some((each) => each && publicKeyIn(each) !== publicKeyIn("base"));
  context.report({
    subject,
    reason:
      side === undefined ? secretReason(versions) : `sealed by ${side} to a key that the other side replaced`,
    // Equal values, or one that was only sealed anew, settle themselves once they can be opened.
    credentials:
      side !== undefined ? "needed" : (ours && theirs) || (base && resealed) ? "useful" : "useless",
  });
  return restate("ours", domainName, secret, domain, context)?.sealed;
}

function secretReason({ base, ours, theirs }: Versions<SideName>): string {
  if (ours === undefined) return "removed by ours, changed by theirs";
  if (theirs === undefined) return "changed by ours, removed by theirs";
  return base === undefined ? "added by both sides" : "changed by both sides";
}

/**
 * A side's value under the key that stands: as it is where that key is the side's own, else opened and sealed
 * anew.
 * @returns `undefined` when it cannot be opened; an absent value is `{ sealed: undefined }`
 */
function restate(
  side: Choice,
  domainName: string,
  secret: string,
  domain: Domain,
  { sides, opener }: MergeContext,
): { sealed: string | undefined } | undefined {
  const from = sides[side].domains.get(domainName);
  const sealed = from?.secrets.get(secret);
  if (sealed === undefined || from?.publicKey === domain.publicKey) return { sealed };
  const value = opener.secret(side, domainName, secret);
  return value === undefined ? undefined : { sealed: sealSecret(domain, value) };
}

function mergeOwners(
  domainName: string,
  standing: Choice,
  domain: Domain,
  context: MergeContext,
): Map<string, string> {
  const { sides } = context;
  const of = (side: SideName) => sides[side].domains.get(domainName)?.owners;
  const owners = new Map<string, string>();
  let lost: string | undefined;
  for (const owner of unionOfKeys(of("ours"), of("theirs"))) {
    if (!isOwnerAfter(domainName, owner, context)) {
      lost = owner;
      continue;
    }
    const sealed = ownerEntry(domainName, owner, domain, context);
    if (sealed !== undefined) owners.set(owner, sealed);
    else {
      const shownEntry = unsettledOwner(domainName, owner, context);
      if (shownEntry !== undefined) owners.set(owner, shownEntry);
    }
  }
  if (owners.size === 0 && lost !== undefined) return lastOwners(domainName, standing, context);
  return owners;
}

/**
 * An owner whose copy of the domain's key has to be sealed anew, and nobody is there who can. Where only one
 * side made them an owner, the other side's choice leaves them out.
 * @returns an entry to show, never to keep
 */
function unsettledOwner(domain: string, owner: string, context: MergeContext): string | undefined {
  const subject: ConflictSubject = { kind: "owner", domain, name: owner };
  const entryIn = (side: Choice) => context.sides[side].domains.get(domain)?.owners.get(owner);
  const decision = context.decide(subject);
  const leftOut = (decision === "ours" || decision === "theirs") && entryIn(decision) === undefined;
  if (leftOut) return undefined;
  if (context.forDisplay) return decision === "theirs" ? entryIn("theirs") : entryIn("ours");
  context.report({
    subject,
    reason: "its copy of the domain's key was sealed under a key that the other side replaced",
    credentials: "needed",
  });
  return undefined;
}

/** Each side removed another owner, and nobody would be left: a person has to say who stays. */
function lastOwners(domainName: string, standing: Choice, context: MergeContext): Map<string, string> {
  const choice = decideDomain(
    domainName,
    "each side removed other owners, and none would be left",
    "useless",
    context,
  );
  const kept =
    context.sides[choice].domains.get(domainName) ?? context.sides[standing].domains.get(domainName);
  return new Map(kept?.owners);
}

function isOwnerAfter(
  domainName: string,
  owner: string,
  { sides, custodians, custodianChoices }: MergeContext,
): boolean {
  if (!custodians.has(owner)) return false;
  const isOwner = (side: SideName) => sides[side].domains.get(domainName)?.owners.has(owner) ?? false;
  const choice = custodianChoices.get(owner);
  if (choice !== undefined && isOwner("base")) return isOwner(choice);
  if (isOwner("ours") === isOwner("theirs")) return isOwner("ours");
  return isOwner("base") === isOwner("ours") ? isOwner("theirs") : isOwner("ours");
}

/** An owner's copy of the domain's key: from a side where both keys are the ones that stand, else sealed anew. */
function ownerEntry(
  domainName: string,
  owner: string,
  domain: Domain,
  context: MergeContext,
): string | undefined {
  const { sides, custodians, opener } = context;
  const pwdkm = custodians.get(owner);
  if (pwdkm === undefined) return undefined;
  for (const side of ["ours", "theirs"] as const) {
    const sealed = standingEntry(sides, side, domainName, owner, domain.publicKey, pwdkm);
    if (sealed !== undefined) return sealed;
  }
  for (const side of ["ours", "theirs"] as const) {
    if (sides[side].domains.get(domainName)?.publicKey !== domain.publicKey) continue;
    const key = opener.domainKey(side, domainName);
    if (key) return sealDomainKey(key, pwdkm);
  }
  return undefined;
}

function standingEntry(
  sides: Sides,
  side: Choice,
  domainName: string,
  owner: string,
  publicKey: string,
  pwdkm: string,
): string | undefined {
  const from = sides[side].domains.get(domainName);
  const stands = from?.publicKey === publicKey && sides[side].custodians.get(owner) === pwdkm;
  return stands ? from.owners.get(owner) : undefined;
}
