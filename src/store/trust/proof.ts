import { lazy } from "../../common/lazy.ts";
import { encodeUtf8 } from "../../common/utf8.ts";
import { decodeBase64, encodeBase64 } from "../../crypto/base64.ts";
import { concatBytes, wipe } from "../../crypto/bytes.ts";
import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import { decodeKeyMaterial } from "../format/key-material.ts";
import { decodePublicKey, encodePublicKey, publicKeyProblem } from "../format/sealed-value.ts";
import type { StoreData } from "../store-data.ts";

/**
 * Proofs in the audit log (docs/format.md, "Proofs"): a domain's old key signs the new one, and its present key signs
 * each owner's. Anyone can verify them with the public keys in the file.
 */
const xeddsa = lazy(() => require("../../crypto/xeddsa.ts") as typeof import("../../crypto/xeddsa.ts"));

/** A signed rotation, with its keys and signature as the entry has them: base64. */
export interface SignedRotation {
  readonly from: string;
  readonly to: string;
  readonly signature: string;
}

/** Characters of a public key in base64, with the version byte as the file writes it: 33 bytes. */
const KEY_LENGTH = 44;
/** Characters of a signature in base64: 64 bytes. */
const SIGNATURE_LENGTH = 88;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ -- /;

/** What a rotation's proof says. @param to the new public key, as the file writes it */
export function rotationProof(domain: string, oldKey: PrivateKey, to: string): string {
  const from = encodePublicKey(oldKey.publicKey);
  const signature = sign(oldKey, rotationMessage(domain, from, to));
  return `${rotationPrefix(domain)}${from} to ${to}: ${signature}`;
}

/** What a grant's proof says. @param pwdkm the owner's key material, base64 */
export function grantProof(domain: string, domainKey: PrivateKey, owner: string, pwdkm: string): string {
  const key = encodePublicKey(domainKey.publicKey);
  const ownerKey = encodePublicKey(decodeKeyMaterial(pwdkm).publicKey);
  const signature = sign(domainKey, grantMessage(domain, key, owner, ownerKey));
  return `${grantPrefix(domain, key, owner, ownerKey)}${signature}`;
}

/**
 * Every signed rotation of a domain in a log; whether a signature is valid is left to {@link isValidRotation}. Entries are
 * compared with the text that one of this domain has, which no other name can give: names are never read out of one.
 */
export function signedRotations(log: readonly string[], domain: string): SignedRotation[] {
  const prefix = rotationPrefix(domain);
  const length = prefix.length + KEY_LENGTH + " to ".length + KEY_LENGTH + ": ".length + SIGNATURE_LENGTH;
  const rotations: SignedRotation[] = [];
  for (const entry of log) {
    if (entry.length !== length + TIME_LENGTH || !entry.startsWith(prefix, TIME_LENGTH) || !TIME.test(entry))
      continue;
    const rest = entry.slice(TIME_LENGTH + prefix.length);
    const from = rest.slice(0, KEY_LENGTH);
    const to = rest.slice(KEY_LENGTH + 4, 2 * KEY_LENGTH + 4);
    const signature = rest.slice(-SIGNATURE_LENGTH);
    if (rest !== `${from} to ${to}: ${signature}`) continue;
    // Anyone can write entries: what is not a key signs nothing.
    if (publicKeyProblem(from) === undefined && publicKeyProblem(to) === undefined)
      rotations.push({ from, to, signature });
  }
  return rotations;
}

const TIME_LENGTH = "2026-01-02T03:04:05Z -- ".length;

/** Whether the old key signed the new one. */
export function isValidRotation(domain: string, { from, to, signature }: SignedRotation): boolean {
  return verify(from, () => rotationMessage(domain, from, to), signature);
}

/** The signatures of a grant in a log. @param key the domain's public key, as the file writes it; `pwdkm` the owner's */
export function grantSignatures(
  log: readonly string[],
  domain: string,
  key: string,
  owner: string,
  pwdkm: string,
): string[] {
  const prefix = grantPrefix(domain, key, owner, encodePublicKey(decodeKeyMaterial(pwdkm).publicKey));
  return log
    .filter((entry) => entry.startsWith(prefix, TIME_LENGTH) && TIME.test(entry))
    .map((entry) => entry.slice(TIME_LENGTH + prefix.length))
    .filter((signature) => signature.length === SIGNATURE_LENGTH);
}

/** Whether someone with the domain's private key signed that this owner, with this key, owns it. */
export function isValidGrant(
  domain: string,
  key: string,
  owner: string,
  pwdkm: string,
  signature: string,
): boolean {
  const ownerKey = encodePublicKey(decodeKeyMaterial(pwdkm).publicKey);
  return verify(key, () => grantMessage(domain, key, owner, ownerKey), signature);
}

const ANY_PROOF = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ -- signed (?:rotation|grant) of domain /;

/** Whether an entry has the form of a proof, valid or not. */
export function isProof(entry: string): boolean {
  return ANY_PROOF.test(entry);
}

/**
 * The entries that are still needed when a log is cut: rotations that lead to the present key of a domain, and grants of
 * its present owners under it. They are recognised by their text; no signature is verified.
 */
export function neededProofs({ domains, custodians, auditLog }: StoreData): Set<string> {
  const proofs = auditLog.filter(isProof);
  const needed = new Set<string>();
  if (proofs.length === 0) return needed;
  for (const [name, { publicKey, owners }] of domains) {
    const prefixes = [...owners.keys()].flatMap((owner) => {
      const pwdkm = custodians.get(owner);
      if (pwdkm === undefined) return [];
      return [grantPrefix(name, publicKey, owner, encodePublicKey(decodeKeyMaterial(pwdkm).publicKey))];
    });
    const keys = keysLeadingTo(publicKey, signedRotations(proofs, name));
    for (const key of keys.keys())
      for (const from of keys.get(key) ?? []) prefixes.push(`${rotationPrefix(name)}${from} to ${key}: `);
    for (const entry of proofs) {
      if (prefixes.some((prefix) => entry.startsWith(prefix, TIME_LENGTH))) needed.add(entry);
    }
  }
  return needed;
}

/** By each key that rotations lead from to the present one: the keys that it replaced. */
function keysLeadingTo(present: string, rotations: readonly SignedRotation[]): Map<string, Set<string>> {
  const replaced = new Map<string, Set<string>>();
  for (const { from, to } of rotations) replaced.set(to, (replaced.get(to) ?? new Set()).add(from));
  const found = new Map<string, Set<string>>();
  const waiting = [present];
  for (let key = waiting.pop(); key !== undefined; key = waiting.pop()) {
    const before = replaced.get(key);
    if (!before || found.has(key)) continue;
    found.set(key, before);
    waiting.push(...before);
  }
  return found;
}

function rotationPrefix(domain: string): string {
  return `signed rotation of domain ${domain} from `;
}

function grantPrefix(domain: string, key: string, owner: string, ownerKey: string): string {
  return `signed grant of domain ${domain} under ${key} to ${owner} with key ${ownerKey}: `;
}

function rotationMessage(domain: string, from: string, to: string): Uint8Array {
  return message("pprotect rotation v1", encodeUtf8(domain), decodePublicKey(from), decodePublicKey(to));
}

function grantMessage(domain: string, key: string, owner: string, ownerKey: string): Uint8Array {
  return message(
    "pprotect grant v1",
    encodeUtf8(domain),
    decodePublicKey(key),
    encodeUtf8(owner),
    decodePublicKey(ownerKey),
  );
}

/** The kind of statement and its parts, each after its length in bytes (u32, little-endian): no two statements are one text. */
function message(kind: string, ...parts: readonly Uint8Array[]): Uint8Array {
  return concatBytes(
    ...[encodeUtf8(kind), ...parts].flatMap((part) => [
      new Uint8Array(new Uint32Array([part.length]).buffer),
      part,
    ]),
  );
}

function sign(key: PrivateKey, text: Uint8Array): string {
  const bytes = key.bytes();
  const signature = xeddsa().xeddsaSign(bytes, text);
  wipe(bytes);
  return encodeBase64(signature);
}

/** @param key as the file writes it, and validated */
function verify(key: string, text: () => Uint8Array, signature: string): boolean {
  const bytes = decodeBase64(signature);
  return bytes !== undefined && xeddsa().xeddsaVerify(decodePublicKey(key), text(), bytes);
}
