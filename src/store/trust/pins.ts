import type { Domain, StoreData } from "../store-data.ts";
import { withEntry, withoutEntry } from "../store-data.ts";
import { custodianFingerprint, domainFingerprint, type Fingerprint } from "./fingerprint.ts";
import { sharesKeyWith } from "./shared-keys.ts";

/**
 * The keys of one store that this user has accepted, as fingerprints. The store itself cannot vouch for its keys:
 * anyone who may write it may replace them. Never changed in place.
 */
export interface Pins {
  readonly domains: ReadonlyMap<string, DomainPin>;
  /** Each custodian's key. */
  readonly custodians: ReadonlyMap<string, Fingerprint>;
}

export interface DomainPin {
  /** The accepted key, or nothing where the user removed the domain. */
  readonly key: Fingerprint | undefined;
  /** Keys that it replaced, newest first: what a branch from before a rotation has. */
  readonly older: readonly Fingerprint[];
  /** Owners that were accepted under the key, each with its custodian's key. */
  readonly owners: ReadonlyMap<string, Fingerprint>;
  /** Accepted owners who were removed since. They still have the key, and can sign with it, until it is rotated. */
  readonly removed: ReadonlySet<string>;
}

export const NO_PINS: Pins = { domains: new Map(), custodians: new Map() };

const NOBODY: ReadonlySet<string> = new Set();

/** Older keys that are kept of each domain. */
export const MAX_OLDER_KEYS = 64;

/** The pins of a store that is used for the first time: all of it, but for keys that two domains share. */
export function pinAll(store: StoreData): Pins {
  const custodians = new Map(
    [...store.custodians].map(([name, pwdkm]) => [name, custodianFingerprint(pwdkm)]),
  );
  const domains = new Map<string, DomainPin>();
  for (const [name, domain] of store.domains) {
    if (sharesKeyWith(store, name) !== undefined) continue;
    domains.set(name, {
      key: domainFingerprint(domain),
      older: [],
      owners: ownerKeys(domain, store),
      removed: NOBODY,
    });
  }
  return { domains, custodians };
}

/** The key of each owner of a domain, by the owner's name. */
export function ownerKeys({ owners }: Domain, { custodians }: StoreData): Map<string, Fingerprint> {
  const keys = new Map<string, Fingerprint>();
  for (const owner of owners.keys()) {
    const pwdkm = custodians.get(owner);
    if (pwdkm !== undefined) keys.set(owner, custodianFingerprint(pwdkm));
  }
  return keys;
}

/**
 * Accepts a domain's key. The key before it becomes an older one.
 * @param between keys between the two, where a chain of rotations is followed, oldest first
 */
export function pinDomain(
  pins: Pins,
  name: string,
  key: Fingerprint,
  owners: ReadonlyMap<string, Fingerprint>,
  between: readonly Fingerprint[] = [],
): Pins {
  const before = pins.domains.get(name);
  const older = [
    ...between.toReversed(),
    ...(before?.key === undefined ? [] : [before.key]),
    ...(before?.older ?? []),
  ];
  const distinct = [...new Set(older)].filter((each) => each !== key).slice(0, MAX_OLDER_KEYS);
  return {
    ...pins,
    domains: withEntry(pins.domains, name, { key, older: distinct, owners, removed: NOBODY }),
  };
}

/** Accepts an owner of a domain, or the owner's new key. A domain that is not pinned stays so. */
export function pinOwner(pins: Pins, domain: string, owner: string, key: Fingerprint): Pins {
  const pin = pins.domains.get(domain);
  if (!pin || (pin.owners.get(owner) === key && !pin.removed.has(owner))) return pins;
  const owners = withEntry(pin.owners, owner, key);
  const removed = new Set([...pin.removed].filter((each) => each !== owner));
  return { ...pins, domains: withEntry(pins.domains, domain, { ...pin, owners, removed }) };
}

/** Notes which accepted owners a domain no longer has: should one come back without a word from here, it is not accepted. */
export function noteRemovedOwners(pins: Pins, domain: string, owners: ReadonlyMap<string, unknown>): Pins {
  const pin = pins.domains.get(domain);
  const gone = [...(pin?.owners.keys() ?? [])].filter(
    (owner) => !owners.has(owner) && !pin?.removed.has(owner),
  );
  if (!pin || gone.length === 0) return pins;
  const removed = new Set([...pin.removed, ...gone]);
  return { ...pins, domains: withEntry(pins.domains, domain, { ...pin, removed }) };
}

/** Accepts a custodian's key, for new grants and for every domain in which the custodian is an accepted owner. */
export function pinCustodian(pins: Pins, custodian: string, key: Fingerprint): Pins {
  const accepted = { ...pins, custodians: withEntry(pins.custodians, custodian, key) };
  return [...pins.domains]
    .filter(([, { owners, removed }]) => owners.has(custodian) && !removed.has(custodian))
    .reduce<Pins>((all, [domain]) => pinOwner(all, domain, custodian, key), accepted);
}

/** A domain that the user removed: should it come back, its old key is not a new one. */
export function unpinDomain(pins: Pins, name: string): Pins {
  const pin = pins.domains.get(name);
  if (!pin) return pins;
  const older = pin.key === undefined ? pin.older : [pin.key, ...pin.older].slice(0, MAX_OLDER_KEYS);
  return {
    ...pins,
    domains: withEntry(pins.domains, name, { key: undefined, older, owners: new Map(), removed: NOBODY }),
  };
}

/** A custodian that the user removed: the next custodian of that name has another key. */
export function unpinCustodian(pins: Pins, name: string): Pins {
  return { ...pins, custodians: withoutEntry(pins.custodians, name) };
}

/** The domain under whose name a key was accepted, other than this one. */
export function pinnedElsewhere({ domains }: Pins, name: string, key: Fingerprint): string | undefined {
  for (const [other, pin] of domains) {
    if (other !== name && (pin.key === key || pin.older.includes(key))) return other;
  }
  return undefined;
}

/** Whether a key was accepted for some domain of the store. */
export function hasKey({ domains }: Pins, key: Fingerprint): boolean {
  for (const pin of domains.values()) if (pin.key === key || pin.older.includes(key)) return true;
  return false;
}
