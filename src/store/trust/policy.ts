import type { Domain, StoreData } from "../store-data.ts";
import { custodianFingerprint, domainFingerprint, type Fingerprint } from "./fingerprint.ts";
import { type DomainPin, ownerKeys, type Pins, pinnedElsewhere } from "./pins.ts";
import { sharesKeyWith } from "./shared-keys.ts";

/**
 * What a store itself proves of its keys. Asked only where a key is not the pinned one: each answer may have to verify
 * signatures.
 */
export interface Proofs {
  /**
   * The keys from a pinned one to a domain's present one, both left out, where each was signed by the one before.
   * @returns `undefined` where nothing proves it
   */
  rotation(domain: string, from: Fingerprint, to: Domain): readonly Fingerprint[] | undefined;
  /** Whether someone with the domain's present private key signed that this owner, with this key, owns it. */
  grant(domain: string, key: Domain, owner: string, pwdkm: string): boolean;
}

/** What the pins say of a domain's key. */
export type KeyState =
  /** It is the pinned one. */
  | { readonly kind: "pinned" }
  /** No key of that name was accepted before. */
  | { readonly kind: "first-use" }
  /** Each key from the pinned one on was signed by the one before. */
  | { readonly kind: "proven"; readonly between: readonly Fingerprint[] }
  /** It was the pinned one before a rotation: an old branch, or an attempt to make the old key the present one. */
  | { readonly kind: "older" }
  /** It was accepted for another domain. */
  | { readonly kind: "elsewhere"; readonly other: string }
  /** Nothing proves it. */
  | { readonly kind: "unproven"; readonly newOwners: readonly string[] }
  /** `pprotect.trust` does not have it. */
  | { readonly kind: "unlisted" }
  /** Another domain of the store has the same key. */
  | { readonly kind: "shared"; readonly other: string };

/** What a key is wanted for: reading what it sealed, sealing a value to it, giving it to a custodian. */
export type Purpose = "read" | "seal" | "grant";

/** Judges the key of a domain, which must be there. */
export function judgeDomain(
  store: StoreData,
  name: string,
  domain: Domain,
  pins: Pins,
  proofs: Proofs,
): KeyState {
  const shared = sharesKeyWith(store, name);
  if (shared !== undefined) return { kind: "shared", other: shared };
  const key = domainFingerprint(domain);
  const pin = pins.domains.get(name);
  if (pin?.key === key) return { kind: "pinned" };
  const other = pinnedElsewhere(pins, name, key);
  if (other !== undefined) return { kind: "elsewhere", other };
  if (pin?.older.includes(key)) return { kind: "older" };
  if (pin?.key === undefined) return { kind: "first-use" };
  const between = proofs.rotation(name, pin.key, domain);
  if (between) return { kind: "proven", between };
  return { kind: "unproven", newOwners: unknownOwners(pin, domain, store) };
}

/** What is done about the state of a key. */
export type Verdict = "allow" | "warn" | "refuse" | "ask-upstream";

/**
 * Whether a key may be used. `ask-upstream`: an unproven key whose owners are all known is accepted once it is the key
 * of the upstream branch; teams that use programs without proofs rotate so.
 */
export function verdictOn(state: KeyState, purpose: Purpose): Verdict {
  switch (state.kind) {
    case "pinned":
    case "first-use":
    case "proven":
      return "allow";
    case "elsewhere":
    case "unlisted":
      return "refuse";
    case "older":
      return purpose === "read" ? "allow" : "refuse";
    case "shared":
      return purpose === "read" ? "warn" : "refuse";
    case "unproven":
      if (state.newOwners.length === 0) return "ask-upstream";
      return purpose === "read" ? "warn" : "refuse";
  }
}

/** Owners in the file whom the pin does not know, or knows with another key. */
export function unknownOwners(pin: DomainPin, domain: Domain, store: StoreData): string[] {
  return [...ownerKeys(domain, store)]
    .filter(([owner, key]) => !isAcceptedOwner(pin, owner, key))
    .map(([owner]) => owner);
}

function isAcceptedOwner({ owners, removed }: DomainPin, owner: string, key: Fingerprint): boolean {
  return owners.get(owner) === key && !removed.has(owner);
}

/** What the pins say of a custodian who is to get a domain's key. */
export type OwnerState =
  | { readonly kind: "known" }
  /** An owner in the file, without proof that an owner added them. */
  | { readonly kind: "unproven" }
  /** The custodian's key is not the one that was accepted. */
  | { readonly kind: "changed"; readonly pinned: Fingerprint }
  /** `pprotect.trust` does not have the custodian's key. */
  | { readonly kind: "unlisted" };

/** A custodian as the subject of a grant. */
export interface Grantee {
  readonly name: string;
  /** The key material in the file, base64. */
  readonly pwdkm: string;
}

/**
 * Judges someone whom an owner is about to make an owner, by name. A key that was never seen is accepted: the command
 * prints its fingerprint.
 */
export function judgeNewOwner(
  name: string,
  domain: Domain,
  grantee: Grantee,
  pins: Pins,
  proofs: Proofs,
): OwnerState {
  const { name: owner } = grantee;
  const { key, pin, isGranted } = groundsFor(name, domain, grantee, pins, proofs);
  const pinned = pin?.owners.get(owner) ?? pins.custodians.get(owner);
  if (pinned === undefined || pinned === key || pins.custodians.get(owner) === key) return { kind: "known" };
  return isGranted() ? { kind: "known" } : { kind: "changed", pinned };
}

/**
 * Judges an owner in the file who would get a domain's new key. Anyone who may write the file can write owners into it:
 * an owner is known who was one when the user accepted the domain, or whom someone with the domain's key made one.
 */
export function judgeOwner(
  name: string,
  domain: Domain,
  grantee: Grantee,
  pins: Pins,
  proofs: Proofs,
): OwnerState {
  const { name: owner } = grantee;
  const { key, pin, isGranted } = groundsFor(name, domain, grantee, pins, proofs);
  // A domain that is used for the first time is accepted with its owners.
  if (!pin || pin.key === undefined || isAcceptedOwner(pin, owner, key)) return { kind: "known" };
  if (isGranted()) return { kind: "known" };
  const pinned = pin.owners.get(owner);
  if (pinned === undefined || pin.removed.has(owner)) return { kind: "unproven" };
  return pins.custodians.get(owner) === key ? { kind: "known" } : { kind: "changed", pinned };
}

/** What a judgement of a grantee rests on: the key in the file, the domain's pin, and whether someone proved the grant. */
function groundsFor(
  name: string,
  domain: Domain,
  { name: owner, pwdkm }: Grantee,
  pins: Pins,
  proofs: Proofs,
) {
  const pin = pins.domains.get(name);
  return {
    key: custodianFingerprint(pwdkm),
    pin,
    isGranted: () => grantCounts(pin, domain) && proofs.grant(name, domain, owner, pwdkm),
  };
}

/**
 * Whether a grant under a domain's key says anything. Someone who was removed since still has the key until it is
 * rotated, and can sign with it: then only owners count who were accepted before.
 */
function grantCounts(pin: DomainPin | undefined, domain: Domain): boolean {
  if (!pin || pin.key !== domainFingerprint(domain)) return true;
  return pin.removed.size === 0 && [...pin.owners.keys()].every((owner) => domain.owners.has(owner));
}
