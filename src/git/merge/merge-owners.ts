import { sealDomainKey } from "../../store/domain.ts";
import { type Domain, unionOfKeys } from "../../store/store-data.ts";
import type { ConflictSubject } from "./conflict.ts";
import { decideDomain } from "./domain-decision.ts";
import type { MergeContext } from "./merge-context.ts";
import type { Choice, SideName, Sides } from "./versions.ts";

/** The owners of a domain after a merge, each with a copy of the key that stands. */
export function mergeOwners(
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

/** Whether somebody owns a domain after a merge: three-way, by presence. */
export function isOwnerAfter(
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
  const standing = (["ours", "theirs"] as const).flatMap(
    (side) => standingEntry(sides, side, domainName, owner, domain.publicKey, pwdkm) ?? [],
  );
  // One that a side sealed anew, perhaps because the base's could not be opened, is never the worse.
  const before = sides.base.domains.get(domainName)?.owners.get(owner);
  const sealed = standing.find((entry) => entry !== before) ?? standing[0];
  if (sealed !== undefined) return sealed;
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

/** Owners of one side whom the other side removed: they know that side's key. */
export function revokedOwners(domainName: string, side: Choice, context: MergeContext): string[] {
  const owners = context.sides[side].domains.get(domainName)?.owners;
  return unionOfKeys(owners).filter((owner) => !isOwnerAfter(domainName, owner, context));
}
