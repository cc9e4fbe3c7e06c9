import { equalBytes, newBytes, wipe } from "../bytes.ts";
import { POLY1305_TAG_BYTES, poly1305 } from "./poly1305.ts";
import { hsalsa20, SALSA20_KEY_BYTES, salsa20Xor } from "./salsa20.ts";

/** Where the last 8 bytes of the nonce begin, which go to Salsa20. */
const STREAM_NONCE_AT = 16;

/**
 * NaCl's `crypto_secretbox`: XSalsa20 and Poly1305 (Bernstein, "Cryptography in NaCl", §9 and §10). The first 32 bytes of the
 * key stream are the key of Poly1305.
 *
 * @param key 32 raw bytes
 * @param nonce 24 raw bytes
 * @returns `tag(16) ‖ text`
 */
export function sealSecretbox(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const stream = newBytes(SALSA20_KEY_BYTES + plaintext.length);
  stream.set(plaintext, SALSA20_KEY_BYTES);
  applyStream(key, nonce, stream);
  const box = newBytes(POLY1305_TAG_BYTES + plaintext.length);
  box.set(stream.subarray(SALSA20_KEY_BYTES), POLY1305_TAG_BYTES);
  box.set(poly1305(stream, box.subarray(POLY1305_TAG_BYTES)));
  wipe(stream);
  return box;
}

/** @returns the plaintext, or `undefined` when the tag does not match */
export function openSecretbox(key: Uint8Array, nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined {
  const length = box.length - POLY1305_TAG_BYTES;
  if (length < 0) return undefined;
  const stream = newBytes(SALSA20_KEY_BYTES + length);
  const text = box.subarray(POLY1305_TAG_BYTES);
  stream.set(text, SALSA20_KEY_BYTES);
  applyStream(key, nonce, stream);
  const isGenuine = equalBytes(poly1305(stream, text), box.subarray(0, POLY1305_TAG_BYTES));
  const plaintext = isGenuine ? newBytes(length) : undefined;
  plaintext?.set(stream.subarray(SALSA20_KEY_BYTES));
  wipe(stream);
  return plaintext;
}

/** XSalsa20 (Extending the Salsa20 nonce, §2). */
function applyStream(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): void {
  const subkey = hsalsa20(key, nonce);
  salsa20Xor(subkey, nonce, STREAM_NONCE_AT, bytes);
  wipe(subkey);
}
