import { lazy } from "../common/lazy.ts";
import { concatBytes, expectLength, wipe } from "./bytes.ts";
import { generatePrivateKey, nativeSealBox, type PrivateKey } from "./x25519/private-key.ts";
import {
  isLowOrderPoint,
  LowOrderPointError,
  SEALED_BOX_OVERHEAD,
  X25519_KEY_BYTES,
} from "./x25519/x25519.ts";

export { SEALED_BOX_OVERHEAD } from "./x25519/x25519.ts";

const primitives = lazy(() => require("./box-primitives.ts") as typeof import("./box-primitives.ts"));

const NONCE_BYTES = 24;
/** "expand 32-byte k" as four little-endian words (Bernstein, Salsa20 specification §8). */
const SIGMA = new Uint32Array([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);
const ZERO_INPUT = new Uint32Array(4);

/**
 * Encrypts to a public key: libsodium's `crypto_box_seal`, `epk(32) ‖ XSalsa20-Poly1305(tag ‖ text)`
 * (FORMAT.md, "Encodings"). Anyone can seal. The ephemeral private key is discarded, so not even the sender can open
 * the box again.
 *
 * @param publicKey 32 raw bytes
 * @param target memory for the box, of its length; new memory if it is not given
 * @throws LowOrderPointError when the public key is of small order: anyone could open the box
 * @throws RangeError when the public key has another length
 */
export function seal(plaintext: Uint8Array, publicKey: Uint8Array, target?: Uint8Array): Uint8Array {
  expectLength(publicKey, X25519_KEY_BYTES, "public key");
  const sealNatively = nativeSealBox();
  if (sealNatively) {
    if (isLowOrderPoint(publicKey)) throw new LowOrderPointError();
    return sealNatively(plaintext, publicKey, target);
  }
  const box = sealWith(generatePrivateKey(), plaintext, publicKey);
  target?.set(box);
  return target ?? box;
}

/**
 * The same with a given ephemeral key, which must be used for one box only.
 * @throws LowOrderPointError
 */
export function sealWith(ephemeral: PrivateKey, plaintext: Uint8Array, publicKey: Uint8Array): Uint8Array {
  const key = boxKey(ephemeral, publicKey);
  const box = primitives()
    .xsalsa20poly1305(key, sealNonce(ephemeral.publicKey, publicKey))
    .encrypt(plaintext);
  wipe(key);
  return concatBytes(ephemeral.publicKey, box);
}

/**
 * Decrypts a box that {@link seal} made for `privateKey`.
 *
 * @param target memory for the plaintext, of its length; new memory if it is not given
 * @returns the plaintext, or `undefined` when the box was sealed to another key or is damaged, which look the same
 */
export function open(
  sealed: Uint8Array,
  privateKey: PrivateKey,
  target?: Uint8Array,
): Uint8Array | undefined {
  if (sealed.length < SEALED_BOX_OVERHEAD) return undefined;
  // The ephemeral public key is at the beginning.
  if (privateKey.openBox) return isLowOrderPoint(sealed) ? undefined : privateKey.openBox(sealed, target);
  const plaintext = openWithoutLibsodium(sealed, privateKey);
  if (!plaintext || !target) return plaintext;
  target.set(plaintext);
  wipe(plaintext);
  return target;
}

function openWithoutLibsodium(sealed: Uint8Array, privateKey: PrivateKey): Uint8Array | undefined {
  const ephemeral = sealed.subarray(0, X25519_KEY_BYTES);
  let key: Uint8Array | undefined;
  try {
    key = boxKey(privateKey, ephemeral);
    return decrypt(key, sealNonce(ephemeral, privateKey.publicKey), sealed.subarray(X25519_KEY_BYTES));
  } catch (error) {
    if (error instanceof LowOrderPointError) return undefined;
    throw error;
  } finally {
    if (key) wipe(key);
  }
}

/**
 * XSalsa20-Poly1305 with the tag first.
 * @returns `undefined` when the tag does not match
 */
function decrypt(key: Uint8Array, nonce: Uint8Array, box: Uint8Array): Uint8Array | undefined {
  const cipher = primitives().xsalsa20poly1305(key, nonce);
  try {
    return cipher.decrypt(box);
  } catch (error) {
    // noble reports bad arguments as TypeError or RangeError: those would be our defects. All that is left is the tag.
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    return undefined;
  }
}

/** `HSalsa20(X25519(sk, pk), 0^16)`: NaCl's `crypto_box_beforenm`. */
function boxKey(privateKey: PrivateKey, publicKey: Uint8Array): Uint8Array {
  const shared = privateKey.agree(publicKey);
  const key = new Uint32Array(8);
  primitives().hsalsa(SIGMA, wordsOf(shared), ZERO_INPUT, key);
  wipe(shared);
  return new Uint8Array(key.buffer);
}

/**
 * `BLAKE2b-192(epk ‖ pk)`: the nonce need not be random or stored. The box key depends on the ephemeral key too, and
 * each box has its own, so no pair of key and nonce is used twice.
 */
function sealNonce(ephemeralPublicKey: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return primitives().blake2b(concatBytes(ephemeralPublicKey, publicKey), { dkLen: NONCE_BYTES });
}

function wordsOf(bytes: Uint8Array): Uint32Array {
  return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
}
