import { lazy } from "../common/lazy.ts";
import { newBytes, wipe } from "./bytes.ts";
import { type Libsodium, libsodium } from "./sodium/libsodium.ts";

/** Order of Ed25519's base point (RFC 8032 §5.1). */
export const BASE_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Length of a point, and of a number below {@link BASE_ORDER}, in bytes. */
const ENCODED_BYTES = 32;

/**
 * Multiplies Ed25519's base point. libsodium takes constant time for it; JavaScript, where there is no libsodium, does not.
 *
 * @param scalar from 1 to {@link BASE_ORDER} - 1
 * @returns the point, encoded as in RFC 8032 §5.1.2
 * @throws Error for any other scalar
 */
export function multipleOfBase(scalar: bigint): Uint8Array {
  return implementation()(scalar);
}

const implementation = lazy(() => {
  const sodium = libsodium();
  return sodium ? (scalar: bigint) => multipleBySodium(sodium, scalar) : multipleByNoble;
});

function multipleBySodium(sodium: Libsodium, scalar: bigint): Uint8Array {
  const point = newBytes(ENCODED_BYTES);
  const bytes = scalarBytes(scalar);
  sodium.crypto_scalarmult_ed25519_base_noclamp(point, bytes);
  wipe(bytes);
  return point;
}

/** @internal Exported for the test that compares the two. */
export function multipleByNoble(scalar: bigint): Uint8Array {
  const { ed25519 } = require("./ed25519-noble.ts") as typeof import("./ed25519-noble.ts");
  return ed25519.Point.BASE.multiply(scalar).toBytes();
}

/** A number below {@link BASE_ORDER} as 32 bytes, little-endian. */
export function scalarBytes(scalar: bigint): Uint8Array {
  const bytes = newBytes(ENCODED_BYTES);
  new BigUint64Array(bytes.buffer).set(
    [0n, 64n, 128n, 192n].map((shift) => BigInt.asUintN(64, scalar >> shift)),
  );
  return bytes;
}
