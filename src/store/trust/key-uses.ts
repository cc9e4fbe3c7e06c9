import { equalBytes } from "../../crypto/bytes.ts";
import { decodeKeyMaterial } from "../format/key-material.ts";
import type { Domain, StoreData } from "../store-data.ts";
import { custodianFingerprint, domainFingerprint, type Fingerprint } from "./fingerprint.ts";
import {
  noteRemovedOwners,
  ownerKeys,
  type Pins,
  pinCustodian,
  pinDomain,
  pinOwner,
  unpinCustodian,
  unpinDomain,
} from "./pins.ts";
import { judgeDomain, judgeOwner, type Proofs } from "./policy.ts";

/** Who acts: a passphrase showed that the key is theirs. */
export interface Actor {
  readonly name: string;
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array;
}

/** What a change of a store gives away to the holders of a key. */
export type KeyUse =
  /** A value was sealed to a domain's key. */
  | { readonly kind: "seal"; readonly domain: string }
  /** A custodian who was no owner gets a domain's key. */
  | { readonly kind: "grant"; readonly domain: string; readonly owner: string }
  /** Someone whom the file names as an owner gets a domain's key, the present one or, in a rotation, the new one. */
  | { readonly kind: "regrant"; readonly domain: string; readonly owner: string }
  /** A domain gets a new key, to which all that was in it is sealed. */
  | { readonly kind: "rotate"; readonly domain: string };

/**
 * All uses of keys in a change that one of our commands made of a store. What the actor gets is none: it shows them
 * nothing that they do not have.
 */
export function keyUses(before: StoreData, after: StoreData, actor: Actor | undefined): KeyUse[] {
  const uses: KeyUse[] = [];
  for (const [domain, now] of after.domains) {
    const was = before.domains.get(domain);
    // A new domain has a key that the command made, and one owner: who made it.
    if (!was || was === now) continue;
    const rotated = was.publicKey !== now.publicKey;
    if (rotated) uses.push({ kind: "rotate", domain });
    else if (sealsNew(was, now)) uses.push({ kind: "seal", domain });
    for (const [owner, entry] of now.owners) {
      if (was.owners.get(owner) === entry || isOwn(owner, before, after, actor)) continue;
      uses.push({ kind: was.owners.has(owner) ? "regrant" : "grant", domain, owner });
    }
  }
  return uses;
}

function sealsNew(was: Domain, now: Domain): boolean {
  if (was.secrets === now.secrets) return false;
  const sealed = new Set<string>();
  now.secrets.forEach((box, name) => {
    if (was.secrets.get(name) !== box) sealed.add(box);
  });
  // A secret that was renamed has the box that it had.
  if (sealed.size > 0) for (const box of was.secrets.values()) sealed.delete(box);
  return sealed.size > 0;
}

/** Whether a custodian is the actor, with the key that the passphrase gave or one that the command made. */
function isOwn(owner: string, before: StoreData, after: StoreData, actor: Actor | undefined): boolean {
  if (actor?.name !== owner) return false;
  const pwdkm = after.custodians.get(owner);
  if (pwdkm === undefined) return false;
  return (
    pwdkm !== before.custodians.get(owner) || equalBytes(decodeKeyMaterial(pwdkm).publicKey, actor.publicKey)
  );
}

/**
 * The pins after a change that one of our commands made and whose uses of keys were allowed.
 *
 * @param pins those before it
 */
export function pinsAfter(pins: Pins, before: StoreData, after: StoreData, proofs: Proofs): Pins {
  const custodians = pinChangedCustodians(pins, before, after);
  const domains = new Set([...before.domains.keys(), ...after.domains.keys()]);
  return [...domains].reduce((all, name) => pinChangedDomain(all, name, before, after, proofs), custodians);
}

/** The pins after domains were read. */
export function pinsAfterReading(
  pins: Pins,
  store: StoreData,
  names: Iterable<string>,
  proofs: Proofs,
): Pins {
  return [...names].reduce((all, name) => followKey(all, store, name, proofs), pins);
}

/** Accepts a domain's key where no person is needed for it: the first one of the name, or one that a chain of proofs leads to. */
function followKey(pins: Pins, store: StoreData, name: string, proofs: Proofs): Pins {
  const domain = store.domains.get(name);
  if (!domain) return pins;
  const state = judgeDomain(store, name, domain, pins, proofs);
  if (state.kind === "first-use")
    return pinDomain(pins, name, domainFingerprint(domain), ownerKeys(domain, store));
  if (state.kind === "pinned") return noteRemovedOwners(pins, name, domain.owners);
  if (state.kind !== "proven") return pins;
  const moved = pinDomain(
    pins,
    name,
    domainFingerprint(domain),
    pins.domains.get(name)?.owners ?? NONE,
    state.between,
  );
  return pinDomain(moved, name, domainFingerprint(domain), knownOwners(moved, store, name, domain, proofs));
}

const NONE: ReadonlyMap<string, Fingerprint> = new Map();

/** The owners in the file who are accepted, or whose grant is proven. */
function knownOwners(
  pins: Pins,
  store: StoreData,
  name: string,
  domain: Domain,
  proofs: Proofs,
): Map<string, Fingerprint> {
  const known = [...ownerKeys(domain, store)].filter(([owner]) => {
    const pwdkm = store.custodians.get(owner);
    return (
      pwdkm !== undefined && judgeOwner(name, domain, { name: owner, pwdkm }, pins, proofs).kind === "known"
    );
  });
  return new Map(known);
}

function pinChangedCustodians(
  pins: Pins,
  { custodians: was }: StoreData,
  { custodians: now }: StoreData,
): Pins {
  let all = pins;
  for (const [name, pwdkm] of now) {
    if (pwdkm !== was.get(name)) all = pinCustodian(all, name, custodianFingerprint(pwdkm));
  }
  for (const name of was.keys()) if (!now.has(name)) all = unpinCustodian(all, name);
  return all;
}

function pinChangedDomain(
  pins: Pins,
  name: string,
  before: StoreData,
  after: StoreData,
  proofs: Proofs,
): Pins {
  const [was, now] = [before.domains.get(name), after.domains.get(name)];
  if (was === now) return pins;
  if (!now) return unpinDomain(pins, name);
  const owners = ownerKeys(now, after);
  if (!was || was.publicKey !== now.publicKey) {
    const followed = followKey(pins, before, name, proofs);
    return pinDomain(followed, name, domainFingerprint(now), owners);
  }
  const followed = keepProvenOwners(followKey(pins, before, name, proofs), before, name, was, proofs);
  const granted = [...owners]
    .filter(([owner]) => was.owners.get(owner) !== now.owners.get(owner))
    .reduce((all, [owner, key]) => withGrant(all, name, owner, key), followed);
  return noteRemovedOwners(granted, name, now.owners);
}

/** Before an owner goes: a grant counts only until then, since the one who goes can still sign. */
function keepProvenOwners(pins: Pins, store: StoreData, name: string, domain: Domain, proofs: Proofs): Pins {
  const pin = pins.domains.get(name);
  if (pin?.key !== domainFingerprint(domain)) return pins;
  const owners = knownOwners(pins, store, name, domain, proofs);
  return [...owners].reduce((all, [owner, key]) => pinOwner(all, name, owner, key), pins);
}

function withGrant(pins: Pins, domain: string, owner: string, key: Fingerprint): Pins {
  const granted = pinOwner(pins, domain, owner, key);
  return granted.custodians.has(owner) ? granted : pinCustodian(granted, owner, key);
}
