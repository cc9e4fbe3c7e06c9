import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8, encodeUtf8 } from "../common/utf8.ts";
import { equalBytes, wipe } from "../crypto/bytes.ts";
import { generatePrivateKey, importPrivateKey, type PrivateKey } from "../crypto/x25519/private-key.ts";
import type { UnlockedCustodian } from "./custodian.ts";
import { decodeKeyMaterial } from "./format/key-material.ts";
import { decodePublicKey, encodePublicKey, openValue, sealValue } from "./format/sealed-value.ts";
import { type Domain, withEntry } from "./store-data.ts";

/** Seals a secret's text to a domain: anyone can. */
export function sealSecret(domain: Domain, value: string): string {
  if (!value.isWellFormed())
    throw new PprotectError("invalid_value", "the secret's value is not valid Unicode text");
  const plaintext = encodeUtf8(value);
  const sealed = sealValue(plaintext, decodePublicKey(domain.publicKey));
  wipe(plaintext);
  return sealed;
}

/**
 * Opens a secret with the domain's private key.
 *
 * @param at the domain's and secret's names, for the message
 * @throws PprotectError `cannot_open` when it was sealed to another key, is damaged, or is no text
 */
export function openSecret(
  sealed: string,
  domainKey: PrivateKey,
  at: { domain: string; secret: string },
): string {
  const plaintext = openValue(sealed, domainKey);
  const where = `secret "${displayName(at.secret)}" in domain "${displayName(at.domain)}"`;
  if (!plaintext) {
    throw new PprotectError(
      "cannot_open",
      `${where} cannot be opened: it was sealed to another key or is damaged`,
      "restore it from an earlier commit, or set it anew with `pprotect update-secret`",
    );
  }
  const value = decodeUtf8(plaintext);
  wipe(plaintext);
  if (value === undefined) throw new PprotectError("cannot_open", `${where} is not UTF-8 text`);
  return value;
}

/** A domain's private key sealed to a custodian. @param pwdkm the custodian's key material, base64 */
export function sealDomainKey(domainKey: PrivateKey, pwdkm: string): string {
  const bytes = domainKey.bytes();
  const sealed = sealValue(bytes, decodeKeyMaterial(pwdkm).publicKey);
  wipe(bytes);
  return sealed;
}

/**
 * Opens the owner's copy of a domain's private key and holds it against the domain's public key.
 *
 * @throws PprotectError `not_owner`; `cannot_open` when the copy belongs to another key, the owner's or the
 *   domain's (FORMAT.md, "What ties entries together")
 */
export function openDomainKey(name: string, domain: Domain, owner: UnlockedCustodian): PrivateKey {
  const sealed = domain.owners.get(owner.name);
  const where = `domain "${displayName(name)}"`;
  if (sealed === undefined) {
    throw new PprotectError(
      "not_owner",
      `${displayName(owner.name)} is not an owner of ${where}`,
      `ask one of its owners to run \`pprotect add-owner\`: ${[...domain.owners.keys()].map(displayName).join(", ")}`,
    );
  }
  const fix = `have another owner run \`pprotect rm-owner\` and \`pprotect add-owner\` for ${displayName(owner.name)}`;
  const bytes = openValue(sealed, owner.privateKey);
  if (!bytes) {
    throw new PprotectError(
      "cannot_open",
      `${displayName(owner.name)}'s key to ${where} cannot be opened: it was sealed to an earlier passphrase or is damaged`,
      fix,
    );
  }
  const key = importPrivateKey(bytes);
  wipe(bytes);
  if (!equalBytes(key.publicKey, decodePublicKey(domain.publicKey))) {
    throw new PprotectError(
      "cannot_open",
      `${displayName(owner.name)}'s key to ${where} is one from before a rotation`,
      fix,
    );
  }
  return key;
}

/** A new, empty domain with one owner. @param pwdkm the owner's key material, base64 */
export function createDomain(owner: string, pwdkm: string): Domain {
  const key = generatePrivateKey();
  return {
    publicKey: encodePublicKey(key.publicKey),
    owners: new Map([[owner, sealDomainKey(key, pwdkm)]]),
    secrets: new Map(),
  };
}

/**
 * The same secrets and owners under a new key pair.
 *
 * @param pwdkmOf key material of each owner, base64
 * @throws PprotectError `cannot_open` when any secret cannot be carried over: nothing is dropped
 */
export function rotateDomain(
  name: string,
  domain: Domain,
  domainKey: PrivateKey,
  pwdkmOf: (owner: string) => string,
): Domain {
  const key = generatePrivateKey();
  const fresh = { ...domain, publicKey: encodePublicKey(key.publicKey) };
  const secrets = [...domain.secrets].map(
    ([secret, sealed]) =>
      [secret, sealSecret(fresh, openSecret(sealed, domainKey, { domain: name, secret }))] as const,
  );
  const owners = [...domain.owners.keys()].map(
    (owner) => [owner, sealDomainKey(key, pwdkmOf(owner))] as const,
  );
  return { ...fresh, secrets: new Map(secrets), owners: new Map(owners) };
}

/** A copy of a domain with one more owner, or that owner's entry replaced. */
export function withOwner(domain: Domain, owner: string, sealedKey: string): Domain {
  return { ...domain, owners: withEntry(domain.owners, owner, sealedKey) };
}
