import { wipe } from "../crypto/bytes.ts";
import type { PrivateKey } from "../crypto/x25519/private-key.ts";
import type { UnlockedCustodian } from "./custodian.ts";
import { openDomainKey, openSecretBytes } from "./domain.ts";
import { findDomain, findSecret } from "./lookup.ts";
import type { StoreData } from "./store-data.ts";

/**
 * Opens secrets and no others, without making strings of them. Each domain's key is opened once.
 *
 * @returns the plaintext of each in UTF-8, in the same order, which the caller overwrites
 * @throws PprotectError `no_such_domain`, `no_such_secret`, `not_owner`, `cannot_open`
 */
export function openPlaces(
  store: StoreData,
  places: readonly { readonly domain: string; readonly name: string }[],
  owner: UnlockedCustodian,
): Uint8Array[] {
  const keys = new Map<string, PrivateKey>();
  const opened: Uint8Array[] = [];
  try {
    for (const { domain, name: secret } of places) {
      const data = findDomain(store, domain);
      const sealed = findSecret(domain, data, secret);
      const key = keys.get(domain) ?? openDomainKey(domain, data, owner);
      keys.set(domain, key);
      opened.push(openSecretBytes(sealed, key, { domain, secret }));
    }
    return opened;
  } catch (error) {
    wipe(...opened);
    throw error;
  }
}
