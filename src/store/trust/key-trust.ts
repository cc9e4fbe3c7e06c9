import type { Domain, StoreData } from "../store-data.ts";
import { custodianFingerprint, domainFingerprint } from "./fingerprint.ts";
import type { Pins } from "./pins.ts";
import { provenRotation } from "./verify.ts";

/** Which keys of the versions that a merge brings together are known to be genuine. */
export interface KnownKeys {
  /** @param publicKey the domain's public key, base64 as in the file */
  trusts(domain: string, publicKey: string): boolean;
  /** @param pwdkm the custodian's key material, base64 as in the file */
  trustsCustodian(custodian: string, pwdkm: string): boolean;
}

/**
 * Decides about keys in a merge: the accepted ones, and what the logs of the versions together prove to come after them.
 * With a domain that the user has not accepted, the common ancestor's key takes the place of the accepted one.
 *
 * A proof counts for nothing where an owner was removed who could have made it: that of the accepted key by this user, or
 * that of the ancestor's by a version which still has another key. Such an owner would hold the key that they signed,
 * whether or not the file lists a copy of theirs.
 *
 * A custodian's key is trusted where it was accepted, never by a grant: an owner of one domain could sign a key for a
 * custodian who then gets another domain.
 *
 * @param versions the ancestor and the sides; a fork shows only where their logs are read together
 */
export function knownKeys(
  pins: Pins | undefined,
  base: StoreData,
  versions: readonly StoreData[],
): KnownKeys {
  const log = [...new Set(versions.flatMap(({ auditLog }) => auditLog))];
  return {
    trusts(domain, publicKey) {
      const pin = pins?.domains.get(domain);
      const ancestor = base.domains.get(domain);
      const from = pin ? pin.key : ancestor && domainFingerprint(ancestor);
      if (from === undefined) return false;
      if (from === domainFingerprint({ publicKey })) return true;
      if (pin && pin.removed.size > 0) return false;
      if (ancestor && lostOwners(ancestor, publicKey, domain, versions)) return false;
      return provenRotation(log, domain, from, publicKey) !== undefined;
    },
    trustsCustodian(custodian, pwdkm) {
      const accepted = pins?.custodians.get(custodian);
      return accepted !== undefined && accepted === custodianFingerprint(pwdkm);
    },
  };
}

/** Whether a version that has another key of the domain removed one of the ancestor's owners. */
function lostOwners(
  ancestor: Domain,
  publicKey: string,
  name: string,
  versions: readonly StoreData[],
): boolean {
  return versions.some(({ domains }) => {
    const domain = domains.get(name);
    if (!domain || domain.publicKey === publicKey) return false;
    return [...ancestor.owners.keys()].some((owner) => !domain.owners.has(owner));
  });
}
