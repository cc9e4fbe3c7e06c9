import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { generatePrivateKey } from "../crypto/x25519/private-key.ts";
import { audit } from "./audit-log.ts";
import type { UnlockedCustodian } from "./custodian.ts";
import { createDomain, openDomainKey, sealDomainKey, withOwner } from "./domain.ts";
import { domainsOf, findCustodian, findDomain, refuseExistingOwner } from "./lookup.ts";
import { rotateDomain } from "./rotate-domain.ts";
import { type Domain, type StoreData, withEntry, withoutEntry } from "./store-data.ts";
import { grantProof, rotationProof } from "./trust/proof.ts";
import { refuseSharedKey } from "./trust/shared-keys.ts";

/** A domain after its owners or its key were changed, with what the audit log is to have of it. */
export interface DomainChange {
  readonly domain: Domain;
  readonly entries: readonly string[];
}

/** An empty domain with a new key pair and one owner. @throws PprotectError `no_such_custodian` */
export function domainOwnedBy(store: StoreData, name: string, owner: string): DomainChange {
  const pwdkm = findCustodian(store, owner);
  const key = generatePrivateKey();
  const entries = [audit.domainCreated(name, owner), grantProof(name, key, owner, pwdkm)];
  return { domain: createDomain(owner, pwdkm, key), entries };
}

/**
 * A domain with one more owner, who gets a copy of its private key.
 * @throws PprotectError `owner_exists`, `shared_key`, `no_such_domain`, `no_such_custodian`, `not_owner`, `cannot_open`
 */
export function grantedTo(
  store: StoreData,
  name: string,
  newOwner: string,
  by: UnlockedCustodian,
): DomainChange {
  const domain = findDomain(store, name);
  refuseSharedKey(store, name);
  const pwdkm = findCustodian(store, newOwner);
  refuseExistingOwner(store, name, newOwner);
  const key = openDomainKey(name, domain, by);
  const entries = [audit.ownerAdded(by.name, newOwner, name), grantProof(name, key, newOwner, pwdkm)];
  return { domain: withOwner(domain, newOwner, sealDomainKey(key, pwdkm)), entries };
}

/**
 * A domain with a new key pair: everything in it is sealed again, and the owners get the new key.
 *
 * @param leftOut owners who do not get it; each is logged as removed
 * @throws PprotectError `no_such_domain`, `not_owner`, `cannot_open`
 */
export function rekeyedDomain(
  store: StoreData,
  name: string,
  owner: UnlockedCustodian,
  leftOut: readonly string[],
): DomainChange {
  const domain = findDomain(store, name);
  const key = openDomainKey(name, domain, owner);
  const gone = leftOut.filter((each) => each !== owner.name && domain.owners.has(each));
  const kept = { ...domain, owners: gone.reduce(withoutEntry, domain.owners) };
  const pwdkmOf = (custodian: string): string => findCustodian(store, custodian);
  const newKey = generatePrivateKey();
  const rotated = rotateDomain(name, kept, key, pwdkmOf, newKey);
  const entries = [
    ...gone.map((each) => audit.ownerRemoved(each, name)),
    audit.domainRotated(name),
    rotationProof(name, key, rotated.publicKey),
    ...[...rotated.owners.keys()].map((each) => grantProof(name, newKey, each, pwdkmOf(each))),
  ];
  return { domain: rotated, entries };
}

/** A domain without one of its owners. @throws PprotectError `no_such_owner`, `last_owner`, `no_such_domain` */
export function withoutOwner(store: StoreData, name: string, owner: string): Domain {
  const domain = findDomain(store, name);
  if (!domain.owners.has(owner)) {
    throw new PprotectError(
      "no_such_owner",
      `${displayName(owner)} is not an owner of domain "${displayName(name)}"`,
      `its owners: ${[...domain.owners.keys()].map(displayName).join(", ")}`,
    );
  }
  if (domain.owners.size === 1) {
    throw new PprotectError(
      "last_owner",
      `${displayName(owner)} is the last owner of domain "${displayName(name)}"; nobody could read its secrets again`,
      "add another owner first, or remove the domain",
    );
  }
  return { ...domain, owners: withoutEntry(domain.owners, owner) };
}

/** All domains, without an owner in any of them. @throws PprotectError `last_owner` */
export function domainsWithoutOwner(store: StoreData, owner: string): StoreData["domains"] {
  return domainsOf(store, owner).reduce(
    (all, domain) => withEntry(all, domain, withoutOwner(store, domain, owner)),
    store.domains,
  );
}
