import { base64Length, decodeBase64, encodeBase64 } from "../../crypto/base64.ts";
import { concatBytes } from "../../crypto/bytes.ts";
import { open, SEALED_BOX_OVERHEAD, seal } from "../../crypto/sealed-box.ts";
import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import { isCanonicalPoint, isLowOrderPoint, X25519_KEY_BYTES } from "../../crypto/x25519/x25519.ts";
import { type Decoded, decodedValue } from "./decoded.ts";

/** The version byte of every sealed value and public key. There is only this version. */
export const VERSION = 0;

/** Length of a sealed domain key in bytes. */
const SEALED_KEY_BYTES = SEALED_BOX_OVERHEAD + X25519_KEY_BYTES;

/** Bytes that a sealed value has more than its plaintext: the version byte, and what a sealed box adds. */
export const SEALED_VALUE_OVERHEAD = 1 + SEALED_BOX_OVERHEAD;

/**
 * Seals bytes to a public key and encodes the result as in the file: base64 of `0x00 ‖ sealed box`.
 * @param publicKey 32 raw bytes
 */
export function sealValue(plaintext: Uint8Array, publicKey: Uint8Array): string {
  return encodeBase64(concatBytes(new Uint8Array([VERSION]), seal(plaintext, publicKey)));
}

/**
 * Opens a sealed value from the file.
 *
 * @param sealed base64
 * @returns raw bytes, or `undefined` when the value was sealed to another key or is damaged
 */
export function openValue(sealed: string, privateKey: PrivateKey): Uint8Array | undefined {
  const bytes = decodeBase64(sealed);
  return bytes && bytes[0] === VERSION ? open(bytes.subarray(1), privateKey) : undefined;
}

/** The number of bytes of a sealed value's plaintext, which anyone can see. @param sealed base64, validated */
export function plaintextLength(sealed: string): number {
  return (base64Length(sealed) ?? 0) - SEALED_VALUE_OVERHEAD;
}

/** Encodes a public key as in the file: base64 of `0x00 ‖ key`. @param publicKey 32 raw bytes */
export function encodePublicKey(publicKey: Uint8Array): string {
  return encodeBase64(concatBytes(new Uint8Array([VERSION]), publicKey));
}

/** Decodes a public key from the file into 32 raw bytes. */
export function parsePublicKey(encoded: string): Decoded<Uint8Array> {
  const bytes = decodeBase64(encoded);
  if (!bytes) return { problem: "is not base64" };
  const publicKey = bytes.subarray(1);
  const problem = versionProblem(bytes) ?? publicKeyBytesProblem(publicKey);
  return problem === undefined ? { value: publicKey } : { problem };
}

/** {@link parsePublicKey}, for a key that was validated. @throws PprotectError `invalid_store` */
export function decodePublicKey(encoded: string): Uint8Array {
  return decodedValue("public key", parsePublicKey(encoded));
}

/** Why a domain's public key is invalid, or `undefined`. */
export function publicKeyProblem(encoded: string): string | undefined {
  return parsePublicKey(encoded).problem;
}

/** Why a secret's sealed value is invalid, or `undefined`. */
export function sealedValueProblem(sealed: string): string | undefined {
  if (beginsWithVersion(sealed) && (base64Length(sealed) ?? 0) > SEALED_BOX_OVERHEAD) return undefined;
  const bytes = decodeBase64(sealed);
  if (!bytes) return "is not base64; is this a plaintext value?";
  if (bytes[0] === VERSION && bytes.length > SEALED_BOX_OVERHEAD) return undefined;
  return (
    versionProblem(bytes) ??
    `is ${bytes.length - 1} bytes long (a sealed value has at least ${SEALED_BOX_OVERHEAD})`
  );
}

/** Why an owner's sealed copy of a domain's private key is invalid, or `undefined`. */
export function sealedKeyProblem(sealed: string): string | undefined {
  const bytes = decodeBase64(sealed);
  if (!bytes) return "is not base64";
  const length = bytes.length - 1;
  if (bytes[0] === VERSION && length === SEALED_KEY_BYTES) return undefined;
  return versionProblem(bytes) ?? `is ${length} bytes long (a sealed domain key has ${SEALED_KEY_BYTES})`;
}

/** The digits of base64 for 0 and 15. */
const DIGIT_0 = "A".charCodeAt(0);
const DIGIT_15 = "P".charCodeAt(0);

/** Whether the first byte that base64 encodes is {@link VERSION}: saves decoding each value of a large store. */
function beginsWithVersion(base64: string): boolean {
  // Of its eight bits, six are in the first digit, and two in the second.
  const second = base64.charCodeAt(1);
  return base64.charCodeAt(0) === DIGIT_0 && second >= DIGIT_0 && second <= DIGIT_15;
}

function publicKeyBytesProblem(publicKey: Uint8Array): string | undefined {
  if (publicKey.length !== X25519_KEY_BYTES) {
    return `is ${publicKey.length} bytes long (a public key has ${X25519_KEY_BYTES})`;
  }
  return pointProblem(publicKey);
}

/** Why nothing may be sealed to a public key, or `undefined`. @param publicKey 32 raw bytes */
export function pointProblem(publicKey: Uint8Array): string | undefined {
  if (isLowOrderPoint(publicKey)) {
    return "is a point of small order; anyone could open what is sealed to it";
  }
  if (!isCanonicalPoint(publicKey)) {
    return "is not a canonical X25519 public key; nothing sealed to it could be opened";
  }
  return undefined;
}

function versionProblem(bytes: Uint8Array): string | undefined {
  if (bytes.length === 0) return "is empty";
  if (bytes[0] === VERSION) return undefined;
  return isText(bytes)
    ? "is base64 of plaintext, not a sealed value"
    : `has unknown version byte ${bytes[0]} (known: ${VERSION})`;
}

function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte === 9 || byte === 10 || byte === 13 || (byte >= 32 && byte !== 127));
}
