import { isUtf8 } from "node:buffer";
import { PprotectError } from "../common/errors.ts";
import { shellArguments } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8, encodeUtf8 } from "../common/utf8.ts";
import { equalBytes, wipe } from "../crypto/bytes.ts";
import { generatePrivateKey, importPrivateKey, type PrivateKey } from "../crypto/x25519/private-key.ts";
import type { UnlockedCustodian } from "./custodian.ts";
import { decodeKeyMaterial } from "./format/key-material.ts";
import { decodePublicKey, encodePublicKey, openValue, sealValue } from "./format/sealed-value.ts";
import { type Domain, withEntry } from "./store-data.ts";

/**
 * Seals a secret's value to a domain. Needs no credentials.
 *
 * @returns the sealed value, base64
 * @throws PprotectError `invalid_value` when the value is not well-formed Unicode
 */
export function sealSecret(domain: Pick<Domain, "publicKey">, value: string): string {
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
 * @param sealed the sealed value, base64
 * @param at the names of the domain and the secret, for messages
 * @throws PprotectError `cannot_open` when it was sealed to another key, is damaged, or is not text
 */
export function openSecret(
  sealed: string,
  domainKey: PrivateKey,
  at: { domain: string; secret: string },
): string {
  return secretText(openValue(sealed, domainKey), at);
}

/**
 * {@link openSecret} without making a string of it, which could not be overwritten.
 * @returns UTF-8 bytes, which the caller overwrites
 */
export function openSecretBytes(
  sealed: string,
  domainKey: PrivateKey,
  at: { readonly domain: string; readonly secret: string },
): Uint8Array {
  const plaintext = openValue(sealed, domainKey);
  if (!plaintext) throw cannotOpen(at);
  if (isUtf8(plaintext)) return plaintext;
  wipe(plaintext);
  throw notText(at);
}

/**
 * Decodes the plaintext of a secret.
 *
 * @param plaintext is overwritten; `undefined` when the sealed value could not be opened
 * @param at the names of the domain and the secret, for messages
 * @throws PprotectError `cannot_open`
 */
export function secretText(
  plaintext: Uint8Array | undefined,
  at: { readonly domain: string; readonly secret: string },
): string {
  if (!plaintext) throw cannotOpen(at);
  const value = decodeUtf8(plaintext);
  wipe(plaintext);
  if (value === undefined) throw notText(at);
  return value;
}

/** The error of a secret that does not open. */
export function cannotOpen(at: { readonly domain: string; readonly secret: string }): PprotectError {
  return new PprotectError(
    "cannot_open",
    `cannot open ${shownSecret(at)}: it is sealed to another key or damaged`,
    "restore it from an earlier commit, or set a new value with `pprotect update-secret`",
  );
}

/** The error of a secret whose plaintext is not UTF-8. */
export function notText(at: { readonly domain: string; readonly secret: string }): PprotectError {
  return new PprotectError("cannot_open", `${shownSecret(at)} is not UTF-8 text`);
}

function shownSecret({ domain, secret }: { readonly domain: string; readonly secret: string }): string {
  return `secret "${displayName(secret)}" in domain "${displayName(domain)}"`;
}

/**
 * Seals a domain's private key to a custodian.
 *
 * @param pwdkm the custodian's key material, base64
 * @returns the owner entry, base64
 */
export function sealDomainKey(domainKey: PrivateKey, pwdkm: string): string {
  const bytes = domainKey.bytes();
  const sealed = sealValue(bytes, decodeKeyMaterial(pwdkm).publicKey);
  wipe(bytes);
  return sealed;
}

/**
 * Opens an owner's copy of a domain's private key and compares it with the domain's public key.
 *
 * @param name the domain's name, for messages
 * @throws PprotectError `not_owner`; `cannot_open` when the copy is sealed to another key of the owner, or is another key
 *   than the domain's current one (FORMAT.md, "What ties entries together")
 */
export function openDomainKey(name: string, domain: Domain, owner: UnlockedCustodian): PrivateKey {
  const sealed = domain.owners.get(owner.name);
  const where = `domain "${displayName(name)}"`;
  if (sealed === undefined) {
    throw new PprotectError(
      "not_owner",
      `${displayName(owner.name)} is not an owner of ${where}`,
      `ask an owner (${[...domain.owners.keys()].map(displayName).join(", ")}) to run ` +
        `\`pprotect add-owner ${shellArguments(name, owner.name)}\``,
    );
  }
  const fix = `have another owner run \`pprotect rm-owner\` and \`pprotect add-owner\` for ${displayName(owner.name)}`;
  const bytes = openValue(sealed, owner.privateKey);
  if (!bytes) {
    throw new PprotectError(
      "cannot_open",
      `cannot open ${displayName(owner.name)}'s key to ${where}: it is sealed to an earlier passphrase or damaged`,
      fix,
    );
  }
  const key = importPrivateKey(bytes);
  wipe(bytes);
  if (!equalBytes(key.publicKey, decodePublicKey(domain.publicKey))) {
    throw new PprotectError(
      "cannot_open",
      `${displayName(owner.name)}'s key to ${where} is from before a rotation`,
      fix,
    );
  }
  return key;
}

/**
 * Creates an empty domain with one owner.
 * @param pwdkm the owner's key material, base64
 * @param key the domain's new private key
 */
export function createDomain(owner: string, pwdkm: string, key = generatePrivateKey()): Domain {
  return {
    publicKey: encodePublicKey(key.publicKey),
    owners: new Map([[owner, sealDomainKey(key, pwdkm)]]),
    secrets: new Map(),
  };
}

/** A copy of a domain with one owner entry added or replaced. @param sealedKey base64 */
export function withOwner(domain: Domain, owner: string, sealedKey: string): Domain {
  return { ...domain, owners: withEntry(domain.owners, owner, sealedKey) };
}
