import { generatePrivateKey, type PrivateKey } from "../crypto/x25519/private-key.ts";
import { sealDomainKey } from "./domain.ts";
import { encodePublicKey } from "./format/sealed-value.ts";
import { resealSecrets } from "./many-secrets.ts";
import type { Domain } from "./store-data.ts";

/**
 * Re-encrypts a domain under a new key pair: the same secrets, the same owners.
 *
 * @param pwdkmOf returns an owner's key material, base64
 * @param key the domain's new private key
 * @throws PprotectError `cannot_open` when a secret cannot be opened; none is dropped
 */
export function rotateDomain(
  name: string,
  domain: Domain,
  domainKey: PrivateKey,
  pwdkmOf: (owner: string) => string,
  key = generatePrivateKey(),
): Domain {
  const rekeyed = { ...domain, publicKey: encodePublicKey(key.publicKey) };
  const names = [...domain.secrets.keys()];
  const sealed = resealSecrets(
    { names, sealed: [...domain.secrets.values()] },
    { name, key: domainKey },
    rekeyed,
  );
  const secrets = new Map<string, string>();
  for (const [index, secret] of names.entries()) secrets.set(secret, sealed[index] ?? "");
  const owners = [...domain.owners.keys()].map(
    (owner) => [owner, sealDomainKey(key, pwdkmOf(owner))] as const,
  );
  return { ...rekeyed, secrets, owners: new Map(owners) };
}
