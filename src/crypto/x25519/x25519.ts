/** Length of an X25519 key, private or public, in bytes (RFC 7748 §5). */
export const X25519_KEY_BYTES = 32;

/** Bytes that a sealed box adds to its plaintext: the ephemeral public key (32) and the Poly1305 tag (16). */
export const SEALED_BOX_OVERHEAD = X25519_KEY_BYTES + 16;

/** An X25519 private key ready for use. */
export interface PrivateKey {
  /** The public key that belongs to it: 32 raw bytes. */
  readonly publicKey: Uint8Array;
  /** The private key itself: 32 raw bytes, a fresh copy that the caller wipes. */
  bytes(): Uint8Array;
  /**
   * X25519 (RFC 7748 §5) with a peer's public key of 32 raw bytes.
   * @throws LowOrderPointError when the peer's key forces an all-zero result (RFC 7748 §6.1)
   */
  agree(peerPublicKey: Uint8Array): Uint8Array;
  /**
   * Opens a sealed box (see sealed-box.ts) whose ephemeral key is not of small order; only an implementation that does it natively
   * has it.
   * @param sealed at least 48 bytes
   * @param target memory for the plaintext, of its length; new memory if it is not given
   * @returns `undefined` when it does not open
   */
  openBox?(sealed: Uint8Array, target?: Uint8Array): Uint8Array | undefined;
}

/** An implementation of X25519: native, or in JavaScript. Both give the same bytes. */
export interface X25519 {
  /** @param bytes 32 raw bytes; clamped as RFC 7748 §5 says */
  importKey(bytes: Uint8Array): PrivateKey;
  /**
   * Makes a sealed box (see sealed-box.ts) for a public key that is not of small order; only an implementation that does it
   * natively has it. An ephemeral key of {@link importKey} may have several pages of memory of its own, of which a process cannot
   * have tens of thousands.
   * @param target memory for the box, of its length; new memory if it is not given
   */
  sealBox?(plaintext: Uint8Array, publicKey: Uint8Array, target?: Uint8Array): Uint8Array;
}

/** The peer's public key is a point of small order: anyone can open what is sealed to it. */
export class LowOrderPointError extends Error {
  constructor() {
    super("public key is a point of small order");
    this.name = "LowOrderPointError";
  }
}

/** u-coordinates of small order on Curve25519 and its twist, reduced, in hex (RFC 7748 §7; cr.yp.to/ecdh.html). */
const LOW_ORDER_POINTS: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

/** The last bytes of these. */
const LOW_ORDER_LAST_BYTES: readonly number[] = [0x00, 0x57, 0x7f];

/** Whether a public key, the first 32 bytes, is a point of small order. Its top bit is ignored, as in RFC 7748 §5. */
export function isLowOrderPoint(publicKey: Uint8Array): boolean {
  // Nearly every key differs in the last byte: then nothing is copied, which counts with very many boxes.
  const last = (publicKey[X25519_KEY_BYTES - 1] ?? 0) & 0x7f;
  if (!LOW_ORDER_LAST_BYTES.includes(last)) return false;
  const masked = Buffer.from(publicKey.subarray(0, X25519_KEY_BYTES));
  masked[X25519_KEY_BYTES - 1] = last;
  return LOW_ORDER_POINTS.has(masked.toString("hex"));
}

/**
 * Whether 32 raw bytes are a public key as X25519 outputs it: a little-endian number below 2^255 - 19. Other encodings
 * of the same point agree on the same shared secret, but no private key has them as its public key.
 */
export function isCanonicalPoint(publicKey: Uint8Array): boolean {
  const top = publicKey[31] ?? 0;
  if (top < 0x7f) return true;
  return (
    top === 0x7f && ((publicKey[0] ?? 0) < 0xed || publicKey.subarray(1, 31).some((byte) => byte < 0xff))
  );
}
