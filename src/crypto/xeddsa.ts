import { lazy } from "../common/lazy.ts";
import { concatBytes, equalBytes, randomBytes, wipe } from "./bytes.ts";
import { BASE_ORDER, multipleOfBase, scalarBytes } from "./ed25519-base.ts";
import { sha512 } from "./sha512.ts";
import { isCanonicalPoint, isLowOrderPoint, X25519_KEY_BYTES } from "./x25519/x25519.ts";

/** Length of a signature in bytes: a point and a number. */
export const SIGNATURE_BYTES = 64;
/** Length of the random bytes that go into each signature. */
const RANDOM_BYTES = 64;

/** What a signature is verified with. */
const point = lazy(
  () => (require("./ed25519-noble.ts") as typeof import("./ed25519-noble.ts")).ed25519.Point,
);

/** What `hash_1` of the specification hashes first: 2^256 - 2, little-endian (§2.5). */
const HASH_1_PREFIX = new Uint8Array(32).fill(0xff).with(0, 0xfe);

/**
 * Signs with an X25519 private key: XEd25519 of Signal's "The XEdDSA and VXEdDSA Signature Schemes", revision 1, §3. The
 * key stays an X25519 key, as which it opens sealed boxes; the specification's proof of security covers both uses.
 *
 * The numbers are computed in JavaScript, which does not take constant time.
 *
 * @param privateKey 32 raw bytes, as X25519 takes them
 * @param random 64 fresh random bytes; given only by tests of published vectors
 * @returns 64 bytes, `R ‖ s`
 * @throws RangeError when the key or the random bytes have another length
 */
export function xeddsaSign(
  privateKey: Uint8Array,
  message: Uint8Array,
  random = randomBytes(RANDOM_BYTES),
): Uint8Array {
  if (privateKey.length !== X25519_KEY_BYTES) throw new RangeError("a private key has 32 bytes");
  if (random.length !== RANDOM_BYTES) throw new RangeError("a signature takes 64 random bytes");
  const { publicKey, scalar } = edwardsKeyPair(privateKey);
  const secret = scalarBytes(scalar);
  const seed = concatBytes(HASH_1_PREFIX, secret, message, random);
  const nonce = hashToScalar(seed);
  wipe(seed, secret);
  const commitment = multipleOfBase(nonce);
  const challenge = hashToScalar(concatBytes(commitment, publicKey, message));
  return concatBytes(commitment, scalarBytes((nonce + challenge * scalar) % BASE_ORDER));
}

/**
 * Verifies a signature of {@link xeddsaSign} (§3). Whatever is malformed is not valid: a key that is not below p or of
 * small order, a number that is not reduced, which would be a second signature of the same message.
 *
 * @param publicKey the X25519 public key, 32 raw bytes
 */
export function xeddsaVerify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (publicKey.length !== X25519_KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
  if (!isCanonicalPoint(publicKey) || isLowOrderPoint(publicKey)) return false;
  const commitment = signature.subarray(0, 32);
  const response = littleEndian(signature.subarray(32));
  if (response >= BASE_ORDER) return false;
  const edwards = edwardsPoint(publicKey);
  if (!edwards) return false;
  const challenge = hashToScalar(concatBytes(commitment, edwards.bytes, message));
  const expected = multiply(point().BASE, response).subtract(multiply(edwards.point, challenge));
  return equalBytes(expected.toBytes(), commitment);
}

type EdwardsPoint = InstanceType<ReturnType<typeof point>>;

/** `calculate_key_pair` (§2.3): of the two Edwards keys that belong to an X25519 key the one with sign bit 0. */
function edwardsKeyPair(privateKey: Uint8Array): { publicKey: Uint8Array; scalar: bigint } {
  const clamped = new Uint8Array(privateKey);
  clamped[0] = (clamped[0] ?? 0) & 248;
  clamped[31] = ((clamped[31] ?? 0) & 127) | 64;
  const scalar = littleEndian(clamped) % BASE_ORDER;
  wipe(clamped);
  const publicKey = multipleOfBase(scalar);
  const sign = (publicKey[31] ?? 0) >> 7;
  publicKey[31] = (publicKey[31] ?? 0) & 127;
  return { publicKey, scalar: sign === 1 ? BASE_ORDER - scalar : scalar };
}

/**
 * `convert_mont` (§2.3): y = (u - 1) / (u + 1), with sign bit 0.
 * @returns `undefined` for a u that is on the twist, or whose point has a part of small order alone
 */
function edwardsPoint(publicKey: Uint8Array): { point: EdwardsPoint; bytes: Uint8Array } | undefined {
  const { Fp } = point();
  const u = littleEndian(publicKey);
  const y = Fp.mul(Fp.sub(u, Fp.ONE), Fp.inv(Fp.add(u, Fp.ONE)));
  const bytes = Fp.toBytes(y);
  try {
    const found = point().fromBytes(bytes);
    return found.isSmallOrder() ? undefined : { point: found, bytes };
  } catch {
    return undefined;
  }
}

/** noble multiplies by 1 to the order, less 1. What is verified is public, so it need not take constant time. */
function multiply(factor: EdwardsPoint, scalar: bigint): EdwardsPoint {
  return scalar === 0n ? point().ZERO : factor.multiplyUnsafe(scalar);
}

/** SHA-512 as a number, reduced by the order (§2.5). */
function hashToScalar(bytes: Uint8Array): bigint {
  return littleEndian(sha512(bytes)) % BASE_ORDER;
}

function littleEndian(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
}
