import { sealDomainKey } from "../../store/domain.ts";
import { custodianFingerprint, displayFingerprint } from "../../store/trust/fingerprint.ts";
import { isProof } from "../../store/trust/proof.ts";
import type { Conflict, ConflictSubject, DecisionWord, UndoneChange } from "./conflict.ts";
import type { DomainContent } from "./domain-content.ts";
import type { DomainVersions } from "./domain-versions.ts";
import { domainsSharingKey, type MergeContext, type Step, step } from "./merge-context.ts";
import { whoCanOpen } from "./needed-passphrase.ts";
import { SIDES, type Side } from "./versions.ts";
import type { WinningKey } from "./winning-key.ts";

/** Step 3: a domain's owners, each with a copy of the key that wins. @returns sealed keys, base64, by owner */
export function mergeOwners(
  domain: DomainVersions,
  { owners }: DomainContent,
  key: WinningKey,
  context: MergeContext,
): Step<Map<string, string>> {
  const value = new Map<string, string>();
  const conflicts: Conflict[] = [];
  const undone: UndoneChange[] = [];
  const leftOut: Conflict[] = [];
  for (const owner of owners) {
    const copy = currentCopy(domain, owner, key.publicKey, context) ?? newCopy(domain, owner, key, context);
    if (copy !== undefined) {
      value.set(owner, copy);
      continue;
    }
    const conflict = conflictAbout(domain, owner, key, context);
    const display = displayedCopy(domain, owner, context);
    if (display.isDecided) {
      if (display.copy !== undefined) value.set(owner, display.copy);
      else leftOut.push(conflict);
    } else conflicts.push(conflict);
  }
  // Without an owner, no one could open the domain again.
  if (value.size === 0 && conflicts.length === 0 && leftOut.length > 0)
    conflicts.push(...leftOut.map(isLastOwner));
  else undone.push(...leftOut.flatMap(({ subject }) => leftOutOwner(domain, subject)));
  return step(value, conflicts, undone);
}

/**
 * An owner's copy of a domain key, from a side where both keys are the merged ones.
 *
 * @param publicKey the domain's, base64
 * @returns `undefined` if there is none, or only one that was sealed to an earlier key of the custodian
 */
export function currentCopy(
  domain: DomainVersions,
  owner: string,
  publicKey: string,
  { versions, custodians }: MergeContext,
): string | undefined {
  const pwdkm = custodians.pwdkm.get(owner);
  const before = domain.base?.owners.get(owner);
  const isRekeyed = pwdkm !== versions.base.custodians.get(owner);
  const copies = SIDES.filter(
    (side) => domain[side]?.publicKey === publicKey && versions[side].custodians.get(owner) === pwdkm,
  )
    .flatMap((side) => domain[side]?.owners.get(owner) ?? [])
    .filter((copy) => !(isRekeyed && copy === before));
  // A copy that a side re-sealed, perhaps because the base's could not be opened, is never the worse one.
  return copies.find((copy) => copy !== before) ?? copies[0];
}

/** A copy that the merge seals itself, to a custodian who is known to be an owner, with a key that is known to be genuine. */
function newCopy(
  domain: DomainVersions,
  owner: string,
  key: WinningKey,
  context: MergeContext,
): string | undefined {
  const pwdkm = context.custodians.pwdkm.get(owner);
  if (pwdkm === undefined || domainsSharingKey(domain.name, key.publicKey, context).length > 0)
    return undefined;
  const privateKey = key.fresh?.privateKey ?? context.credentials.domainKey(domain.name, key.publicKey);
  if (!privateKey) return undefined;
  const isKnown =
    context.decide({ kind: "owner", domain: domain.name, name: owner }) === "grant" ||
    (hasKnownKey(owner, pwdkm, context) && isKnownOwner(domain, owner, context));
  return isKnown ? sealDomainKey(privateKey, pwdkm) : undefined;
}

/**
 * Whether an owner was one in the ancestor, is one on both sides, or was added by an owner, by a user's decision or a
 * proof. Anyone can write owners into a file, with copies that open nothing.
 */
export function isVouchedFor(domain: DomainVersions, owner: string, context: MergeContext): boolean {
  const sides = SIDES.filter((side) => domain[side]?.owners.has(owner));
  if (sides.length === SIDES.length || domain.base?.owners.has(owner)) return true;
  const decision = context.decide({ kind: "owner", domain: domain.name, name: owner });
  if (decision === "grant") return true;
  return sides.some((side) => {
    const pwdkm = context.versions[side].custodians.get(owner);
    const publicKey = domain[side]?.publicKey;
    return (
      decision === side ||
      (pwdkm !== undefined &&
        publicKey !== undefined &&
        context.trust.trustsOwner(domain.name, publicKey, owner, pwdkm))
    );
  });
}

/** {@link isVouchedFor}; but where the ancestor has no proofs at all, its users may have programs that sign nothing. */
function isKnownOwner(domain: DomainVersions, owner: string, context: MergeContext): boolean {
  return !context.versions.base.auditLog.some(isProof) || isVouchedFor(domain, owner, context);
}

/** Whether a custodian's key is the ancestor's, the same on both sides, or trusted. */
function hasKnownKey(owner: string, pwdkm: string, { versions, trust }: MergeContext): boolean {
  const { base, ours, theirs } = versions;
  return (
    base.custodians.get(owner) === pwdkm ||
    ours.custodians.get(owner) === theirs.custodians.get(owner) ||
    trust.trustsCustodian(owner, pwdkm)
  );
}

function conflictAbout(
  domain: DomainVersions,
  owner: string,
  key: WinningKey,
  context: MergeContext,
): Conflict {
  const subject: ConflictSubject = { kind: "owner", domain: domain.name, name: owner };
  const pwdkm = context.custodians.pwdkm.get(owner) ?? "";
  const sharing = domainsSharingKey(domain.name, key.publicKey, context);
  const canSeal =
    sharing.length === 0 &&
    (key.fresh !== undefined || context.credentials.domainKey(domain.name, key.publicKey) !== undefined);
  const lacking = SIDES.filter((side) => !domain[side]?.owners.has(owner));
  const choices: DecisionWord[] = [...lacking, ...(canSeal ? (["grant"] as const) : []), "leave-out"];
  if (sharing.length > 0) {
    const reason = `the domain has the key of domain ${sharing.join(", ")}, so no copy of it is sealed; rotate one of the two first`;
    return { subject, reason, credentials: "useless", choices };
  }
  if (canSeal && hasKnownKey(owner, pwdkm, context)) {
    const side = lacking.includes("ours") ? "theirs" : "ours";
    const reason =
      `only ${side} has this owner (key ${keyFingerprint(pwdkm)}), and nothing proves that an owner of the domain added it; ` +
      "ask the owners, then decide";
    return { subject, reason, credentials: "useless", choices };
  }
  const before = context.versions.base.custodians.get(owner);
  if (hasKnownKey(owner, pwdkm, context) && before === pwdkm) {
    const reason = `this owner's copy of the domain key is stale: the other side replaced the key; ${whoCanOpen(domain, SIDES, context)}`;
    return { subject, reason, credentials: "needed", choices };
  }
  const side = SIDES.find((each) => context.versions[each].custodians.get(owner) === pwdkm) ?? "theirs";
  const had = before === undefined ? "added this custodian" : "changed this custodian's key";
  const reason =
    `${side} ${had} (key ${keyFingerprint(pwdkm)}), and no copy of the domain key is sealed to it; compare the fingerprint with ${owner}, then decide` +
    (canSeal ? "" : `; ${whoCanOpen(domain, SIDES, context)}`);
  return { subject, reason, credentials: canSeal ? "useless" : "needed", choices };
}

/** The fingerprint of a custodian's public key, as `pprotect trust` and `git textconv` show it. @param pwdkm base64 */
export function keyFingerprint(pwdkm: string): string {
  return displayFingerprint(custodianFingerprint(pwdkm));
}

/** What a decision makes of an owner without a current copy: left out, or, to show a side only, that side's copy. */
function displayedCopy(
  domain: DomainVersions,
  owner: string,
  context: MergeContext,
): { readonly isDecided: boolean; readonly copy?: string | undefined } {
  const decision = context.decide({ kind: "owner", domain: domain.name, name: owner });
  if (decision === "leave-out") return { isDecided: true };
  if (decision !== "ours" && decision !== "theirs") return { isDecided: false };
  const copy = domain[decision]?.owners.get(owner);
  if (copy === undefined) return { isDecided: true };
  return context.forDisplay ? { isDecided: true, copy } : { isDecided: false };
}

function isLastOwner(conflict: Conflict): Conflict {
  const reason = `no owner would be left: ${conflict.reason}`;
  return { ...conflict, reason, choices: conflict.choices.filter((choice) => choice === "grant") };
}

function leftOutOwner(domain: DomainVersions, subject: ConflictSubject): UndoneChange[] {
  if (subject.kind !== "owner") return [];
  const side: Side = domain.ours?.owners.has(subject.name) ? "ours" : "theirs";
  return [{ subject, side, change: "added" }];
}
