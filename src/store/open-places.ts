import { wipe } from "../crypto/bytes.ts";
import type { PrivateKey } from "../crypto/x25519/private-key.ts";
import type { UnlockedCustodian } from "./custodian.ts";
import { openDomainKey, openSecretBytes } from "./domain.ts";
import { findDomain, findSecret } from "./lookup.ts";
import { openSecrets, type SealedSecrets } from "./many-secrets.ts";
import type { Domain, StoreData } from "./store-data.ts";

/** A secret's place. */
interface Place {
  readonly domain: string;
  readonly name: string;
}

/**
 * Opens secrets and no others. Each domain's key is opened once.
 *
 * @returns the value of each, in the same order
 * @throws PprotectError `no_such_domain`, `no_such_secret`, `not_owner`, `cannot_open`
 */
export function openTexts(store: StoreData, places: readonly Place[], owner: UnlockedCustodian): string[] {
  const keys = new Map<string, PrivateKey>();
  const values: string[] = [];
  while (values.length < places.length) {
    const { domain, name } = places[values.length] as Place;
    const data = findDomain(store, domain);
    findSecret(domain, data, name);
    const key = keys.get(domain) ?? openDomainKey(domain, data, owner);
    keys.set(domain, key);
    const secrets = secretsFrom(places, values.length, { domain, secrets: data.secrets });
    for (const value of openSecrets(secrets, { name: domain, key })) values.push(value);
  }
  return values;
}

/** The secrets from one place on, up to the first that is of another domain or is not there. */
function secretsFrom(
  places: readonly Place[],
  from: number,
  { domain, secrets }: { readonly domain: string } & Pick<Domain, "secrets">,
): SealedSecrets {
  const names: string[] = [];
  const sealed: string[] = [];
  for (let at = from; places[at]?.domain === domain; at++) {
    const name = places[at]?.name ?? "";
    const value = secrets.get(name);
    if (value === undefined) break;
    names.push(name);
    sealed.push(value);
  }
  return { names, sealed };
}

/**
 * {@link openTexts} without making strings of them.
 *
 * @returns the plaintext of each in UTF-8, in the same order, which the caller overwrites
 * @throws PprotectError `no_such_domain`, `no_such_secret`, `not_owner`, `cannot_open`
 */
export function openPlaces(
  store: StoreData,
  places: readonly Place[],
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
