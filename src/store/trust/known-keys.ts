import { type AuditEvent, readAuditEntry } from "../audit-log-reader.ts";
import type { Domain, StoreData } from "../store-data.ts";
import { custodianFingerprint, domainFingerprint, type Fingerprint } from "./fingerprint.ts";
import type { Pins } from "./pins.ts";
import { signedRotations } from "./proof.ts";
import { provenGrant, provenRotation } from "./verify.ts";

/**
 * Which keys and owners of the versions that a merge brings together are known to be genuine. A merge trusts what the
 * common ancestor and both sides have; this decides about what one side alone introduced.
 */
export interface KnownKeys {
  /** @param publicKey the domain's public key, base64 as in the file */
  trusts(domain: string, publicKey: string): boolean;
  /** @param pwdkm the custodian's key material, base64 as in the file */
  trustsCustodian(custodian: string, pwdkm: string): boolean;
  /**
   * Whether someone who was an owner made a custodian an owner too.
   *
   * @param publicKey the domain's key on the side that has the owner
   */
  trustsOwner(domain: string, publicKey: string, owner: string, pwdkm: string): boolean;
}

/** Trusts nothing that one side alone introduced. */
export const TRUST_NO_NEW_KEY: KnownKeys = {
  trusts: () => false,
  trustsCustodian: () => false,
  trustsOwner: () => false,
};

/**
 * Decides about keys in a merge: the accepted ones, and what the logs of the versions together prove to come after them.
 * With a domain that the user has not accepted, the common ancestor's key takes the place of the accepted one.
 *
 * Someone who was removed still has the key and can sign with it. So proofs by a key count only if no version removed an
 * owner who has that key; but for the version with the new key itself, where a removal and the rotation that ends it
 * belong together.
 *
 * A custodian's key is trusted where it was accepted, never by a grant: an owner of one domain could sign a key for a
 * custodian who then gets another domain.
 *
 * @param sides both; a fork shows only where their logs are read together. That of the ancestor has nothing to add, and if
 *   git merged it from several, it has proofs of a key that is in no commit
 */
export function knownKeys(pins: Pins | undefined, base: StoreData, sides: readonly StoreData[]): KnownKeys {
  const log = [...new Set(sides.flatMap(({ auditLog }) => auditLog))];
  const removedUnder = (domain: string, key: Fingerprint, among: readonly StoreData[]): boolean =>
    (pins?.domains.get(domain)?.removed.size ?? 0) > 0 ||
    among.some((version) => removedOwnerSince(version, domain, key));
  const trusts = (domain: string, publicKey: string): boolean => {
    const pin = pins?.domains.get(domain);
    const ancestor = base.domains.get(domain);
    const from = pin ? pin.key : ancestor && domainFingerprint(ancestor);
    if (from === undefined) return false;
    if (from === domainFingerprint({ publicKey })) return true;
    const others = [base, ...sides].filter(({ domains }) => domains.get(domain)?.publicKey !== publicKey);
    if (removedUnder(domain, from, others) || (ancestor && lostOwners(ancestor, domain, others)))
      return false;
    return provenRotation(log, domain, from, publicKey) !== undefined;
  };
  return {
    trusts,
    trustsCustodian(custodian, pwdkm) {
      const accepted = pins?.custodians.get(custodian);
      return accepted !== undefined && accepted === custodianFingerprint(pwdkm);
    },
    trustsOwner(domain, publicKey, owner, pwdkm) {
      const pin = pins?.domains.get(domain);
      const isAccepted = pin?.owners.get(owner) === custodianFingerprint(pwdkm) && !pin.removed.has(owner);
      if (isAccepted) return true;
      const isKnownKey = base.domains.get(domain)?.publicKey === publicKey || trusts(domain, publicKey);
      const key = domainFingerprint({ publicKey });
      return (
        isKnownKey &&
        !removedUnder(domain, key, [base, ...sides]) &&
        provenGrant(log, domain, publicKey, owner, pwdkm)
      );
    },
  };
}

/** Whether a version removed an owner of a domain after the domain got a key, or may have done so before its log was cut. */
function removedOwnerSince({ auditLog, domains }: StoreData, domain: string, key: Fingerprint): boolean {
  const has = (publicKey: string): boolean => domainFingerprint({ publicKey }) === key;
  const current = domains.get(domain)?.publicKey;
  const rotations = signedRotations(auditLog, domain).filter(({ to }) => has(to));
  const isStart = (entry: string): boolean =>
    rotations.some(({ signature }) => entry.endsWith(signature)) ||
    (current !== undefined && has(current) && eventsOf(entry).some(startsKey(domain)));
  const start = auditLog.findLastIndex(isStart);
  return auditLog
    .slice(start + 1)
    .some((entry) => eventsOf(entry).some((event) => removesOwner(event, domain)));
}

function eventsOf(entry: string): readonly AuditEvent[] {
  return readAuditEntry(entry).events;
}

function startsKey(domain: string): (event: AuditEvent) => boolean {
  return ({ kind, ...event }) =>
    (kind === "domain-rotated" || kind === "domain-created") && "domain" in event && event.domain === domain;
}

/** A truncation may have cut such an entry off. */
function removesOwner(event: AuditEvent, domain: string): boolean {
  if (event.kind === "owner-removed") return event.domain === domain;
  if (event.kind === "custodian-removed") return event.domains.includes(domain);
  return event.kind === "truncated";
}

/** Whether a version lacks one of the ancestor's owners, whatever its log says. */
function lostOwners(ancestor: Domain, name: string, versions: readonly StoreData[]): boolean {
  return versions.some(({ domains }) => {
    const domain = domains.get(name);
    return domain !== undefined && [...ancestor.owners.keys()].some((owner) => !domain.owners.has(owner));
  });
}
