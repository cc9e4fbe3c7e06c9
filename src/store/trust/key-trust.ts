import type { StoreData } from "../store-data.ts";
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
 * A custodian's key is trusted where it was accepted, never by a grant: an owner of one domain could sign a key for a
 * custodian who then gets another domain.
 *
 * @param versions the ancestor and the sides; a fork shows only where their logs are read together
 */
export function knownKeys(
  pins: Pins | undefined,
  base: StoreData,
  versions: readonly Pick<StoreData, "auditLog">[],
): KnownKeys {
  const log = [...new Set(versions.flatMap(({ auditLog }) => auditLog))];
  return {
    trusts(domain, publicKey) {
      const pin = pins?.domains.get(domain);
      const ancestor = base.domains.get(domain);
      const from = pin ? pin.key : ancestor && domainFingerprint(ancestor);
      if (from === undefined) return false;
      return (
        from === domainFingerprint({ publicKey }) ||
        provenRotation(log, domain, from, publicKey) !== undefined
      );
    },
    trustsCustodian(custodian, pwdkm) {
      const accepted = pins?.custodians.get(custodian);
      return accepted !== undefined && accepted === custodianFingerprint(pwdkm);
    },
  };
}
