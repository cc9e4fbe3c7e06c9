import { base64Length, decodeBase64, encodeBase64 } from "../../crypto/base64.ts";
import { concatBytes } from "../../crypto/bytes.ts";
import { open, SEALED_BOX_OVERHEAD, seal } from "../../crypto/sealed-box.ts";
import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import { isCanonicalPoint, isLowOrderPoint, X25519_KEY_BYTES } from "../../crypto/x25519/x25519.ts";

/** The version byte before every sealed value and public key; there is only this one. */
const VERSION = 0;

/** Base64 whose first byte is the version: a look that saves decoding each value of a large store. */
const VERSION_IN_BASE64 = /^A[A-P]/;

/** Length of a sealed domain key in bytes. */
const SEALED_KEY_BYTES = SEALED_BOX_OVERHEAD + X25519_KEY_BYTES;

/** Seals raw bytes to a public key of 32 raw bytes, as the file writes it: base64 of `0x00 ‖ SealedBox`. */
export function sealValue(plaintext: Uint8Array, publicKey: Uint8Array): string {
  return encodeBase64(concatBytes(new Uint8Array([VERSION]), seal(plaintext, publicKey)));
}

/** @returns raw bytes, or `undefined` when the value was sealed to another key or is damaged */
export function openValue(sealed: string, privateKey: PrivateKey): Uint8Array | undefined {
  const bytes = decodeBase64(sealed);
  return bytes && bytes[0] === VERSION ? open(bytes.subarray(1), privateKey) : undefined;
}

/** A public key of 32 raw bytes as the file writes it. */
export function encodePublicKey(publicKey: Uint8Array): string {
  return encodeBase64(concatBytes(new Uint8Array([VERSION]), publicKey));
}

/** The 32 raw bytes of a public key that {@link publicKeyProblem} found nothing wrong with. */
export function decodePublicKey(encoded: string): Uint8Array {
  return (decodeBase64(encoded) ?? new Uint8Array(1)).subarray(1);
}

/** Says what is wrong with a secret's sealed value, or nothing. */
export function sealedValueProblem(sealed: string): string | undefined {
  if (VERSION_IN_BASE64.test(sealed) && (base64Length(sealed) ?? 0) > SEALED_BOX_OVERHEAD) return undefined;
  const bytes = decodeBase64(sealed);
  if (!bytes) return "is not base64: only sealed values may stand here, is it plain text?";
  if (bytes[0] === VERSION && bytes.length > SEALED_BOX_OVERHEAD) return undefined;
  return (
    versionProblem(bytes) ??
    `is ${bytes.length - 1} bytes; a sealed value has at least ${SEALED_BOX_OVERHEAD}`
  );
}

/** Says what is wrong with an owner's copy of a domain's private key, or nothing. */
export function sealedKeyProblem(sealed: string): string | undefined {
  const bytes = decodeBase64(sealed);
  if (!bytes) return "is not base64";
  const length = bytes.length - 1;
  if (bytes[0] === VERSION && length === SEALED_KEY_BYTES) return undefined;
  return versionProblem(bytes) ?? `is ${length} bytes; a sealed domain key has ${SEALED_KEY_BYTES}`;
}

/** Says what is wrong with a domain's public key, or nothing. */
export function publicKeyProblem(encoded: string): string | undefined {
  const bytes = decodeBase64(encoded);
  if (!bytes) return "is not base64";
  if (bytes[0] !== VERSION) return versionProblem(bytes);
  if (bytes.length - 1 !== X25519_KEY_BYTES) return `is ${bytes.length - 1} bytes, not ${X25519_KEY_BYTES}`;
  return pointProblem(bytes.subarray(1));
}

/** Says why nothing may be sealed to a public key of 32 raw bytes, or nothing. */
export function pointProblem(publicKey: Uint8Array): string | undefined {
  if (isLowOrderPoint(publicKey)) return "is a point of small order: what is sealed to it, anyone can open";
  if (!isCanonicalPoint(publicKey))
    return "belongs to no private key: what is sealed to it, nobody could open";
  return undefined;
}

function versionProblem(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "is empty";
  if (bytes[0] === VERSION) return undefined;
  return isText(bytes)
    ? "is base64 of plain text, not a sealed value"
    : `has the unknown version byte ${bytes[0]}; only ${VERSION} exists`;
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127));
}
