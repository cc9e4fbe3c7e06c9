import { sha256Hex } from "../../crypto/runtime-crypto.ts";
import { decodeKeyMaterial } from "../format/key-material.ts";
import { decodePublicKey } from "../format/sealed-value.ts";
import type { Domain } from "../store-data.ts";

/** SHA-256 of a public key's 32 raw bytes, 64 hex digits: what pins and `pprotect.trust` hold. */
export type Fingerprint = string;

const FINGERPRINT = /^[0-9a-f]{64}$/;

/** Hex digits that people compare: 96 bits, so that nobody finds another key with the same ones by trying. */
const SHOWN_DIGITS = 24;
const GROUP = /.{4}(?!$)/g;

/** @param publicKey 32 raw bytes, of a domain or of a custodian */
export function keyFingerprint(publicKey: Uint8Array): Fingerprint {
  return sha256Hex(publicKey);
}

/** The fingerprint of a domain's public key. */
export function domainFingerprint({ publicKey }: Pick<Domain, "publicKey">): Fingerprint {
  return keyFingerprint(decodePublicKey(publicKey));
}

/** The fingerprint of a custodian's public key. @param pwdkm the custodian's key material, base64 */
export function custodianFingerprint(pwdkm: string): Fingerprint {
  return keyFingerprint(decodeKeyMaterial(pwdkm).publicKey);
}

/** Whether a text is a whole fingerprint. */
export function isFingerprint(text: string): boolean {
  return FINGERPRINT.test(text);
}

/**
 * A fingerprint as people see it, the same everywhere: its first 24 hex digits in groups of four, such as
 * `3f2a-91bc-0d4e-77aa-1c2d-9e10`.
 */
export function displayFingerprint(fingerprint: Fingerprint): string {
  return fingerprint.slice(0, SHOWN_DIGITS).replace(GROUP, "$&-");
}
