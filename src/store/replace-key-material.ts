import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { KeyDerivation } from "../crypto/key-derivation.ts";
import { createCustodian, holdsKeyOf, type KeyType, type UnlockedCustodian } from "./custodian.ts";
import { openDomainKey, sealDomainKey, withOwner } from "./domain.ts";
import { domainsOf, findCustodian, findDomain } from "./lookup.ts";
import { type StoreData, withEntry } from "./store-data.ts";
import { grantProof } from "./trust/proof.ts";

/** A store whose custodian has another key, with what the audit log is to have of it. */
interface ReplacedKeyMaterial extends Pick<StoreData, "domains" | "custodians"> {
  /** Names of the domains that the custodian owns, in the order of the file. */
  readonly owned: readonly string[];
  /** That each domain's owner gave the custodian's new key a copy of the domain's key. */
  readonly proofs: readonly string[];
}

/**
 * Replaces a custodian's key pair by one derived from a new passphrase, and re-seals its copies of domain keys to it.
 *
 * @param custodian with the present key
 * @throws PprotectError `no_such_custodian`, `wrong_credentials`, `invalid_passphrase`, `cannot_open`; `usage` when the cost
 *   is out of bounds
 */
export function replaceKeyMaterial(
  store: StoreData,
  custodian: UnlockedCustodian,
  passphrase: string,
  derivation: KeyType | KeyDerivation,
): ReplacedKeyMaterial {
  const { name } = custodian;
  if (!holdsKeyOf(custodian, findCustodian(store, name))) {
    throw new PprotectError(
      "wrong_credentials",
      `the key of ${displayName(name)} was replaced`,
      "enter the new passphrase",
    );
  }
  const { pwdkm } = createCustodian({ name, passphrase }, derivation);
  const owned = domainsOf(store, name);
  const domains = new Map(store.domains);
  const proofs = owned.map((domain) => {
    const data = findDomain(store, domain);
    const key = openDomainKey(domain, data, custodian);
    domains.set(domain, withOwner(data, name, sealDomainKey(key, pwdkm)));
    return grantProof(domain, key, name, pwdkm);
  });
  return { domains, custodians: withEntry(store.custodians, name, pwdkm), owned, proofs };
}
