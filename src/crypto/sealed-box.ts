import { lazy } from "../common/lazy.ts";
import { concatBytes, expectLength, wipe } from "./bytes.ts";
import { generatePrivateKey, type PrivateKey } from "./x25519/private-key.ts";
import { LowOrderPointError, X25519_KEY_BYTES } from "./x25519/x25519.ts";

/** Bytes that a sealed box adds to its plaintext: the ephemeral public key (32) and the Poly1305 tag (16). */
export const SEALED_BOX_OVERHEAD = X25519_KEY_BYTES + 16;

const primitives = lazy(() => require("./box-primitives.ts") as typeof import("./box-primitives.ts"));

const NONCE_BYTES = 24;
const ZERO_INPUT = new Uint8Array(16);

/**
 * Encrypts to a public key: libsodium's `crypto_box_seal`, `epk(32) ‖ XSalsa20-Poly1305(tag ‖ text)`
 * (FORMAT.md, "Encodings"). Anyone can seal. The ephemeral private key is discarded, so not even the sender can open
 * the box again.
 *
 * @param publicKey 32 raw bytes
 * @throws LowOrderPointError when the public key is of small order: anyone could open the box
 * @throws RangeError when the public key has another length
 */
export function seal(plaintext: Uint8Array, publicKey: Uint8Array): Uint8Array {
  expectLength(publicKey, X25519_KEY_BYTES, "public key");
  const ephemeral = generatePrivateKey();
  const key = boxKey(ephemeral, publicKey);
  const box = primitives().sealSecretbox(key, sealNonce(ephemeral.publicKey, publicKey), plaintext);
  wipe(key);
  return concatBytes(ephemeral.publicKey, box);
}

/**
 * Decrypts a box that {@link seal} made for `privateKey`.
 *
 * @returns the plaintext, or `undefined` when the box was sealed to another key or is damaged, which look the same
 */
export function open(sealed: Uint8Array, privateKey: PrivateKey): Uint8Array | undefined {
  if (sealed.length < SEALED_BOX_OVERHEAD) return undefined;
  const ephemeral = sealed.subarray(0, X25519_KEY_BYTES);
  let key: Uint8Array | undefined;
  try {
    key = boxKey(privateKey, ephemeral);
    return primitives().openSecretbox(
      key,
      sealNonce(ephemeral, privateKey.publicKey),
      sealed.subarray(X25519_KEY_BYTES),
    );
  } catch (error) {
    if (error instanceof LowOrderPointError) return undefined;
    throw error;
  } finally {
    if (key) wipe(key);
  }
}

/** `HSalsa20(X25519(sk, pk), 0^16)`: NaCl's `crypto_box_beforenm`. */
function boxKey(privateKey: PrivateKey, publicKey: Uint8Array): Uint8Array {
  const shared = privateKey.agree(publicKey);
  const key = primitives().hsalsa20(shared, ZERO_INPUT);
  wipe(shared);
  return key;
}

/**
 * `BLAKE2b-192(epk ‖ pk)`: the nonce need not be random or stored. The box key depends on the ephemeral key too, and
 * each box has its own, so no pair of key and nonce is used twice.
 */
function sealNonce(ephemeralPublicKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return primitives().blake2bOfBlock(concatBytes(ephemeralPublicKey, publicKey), NONCE_BYTES);
}
