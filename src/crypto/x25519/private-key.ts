import { lazy } from "../../common/lazy.ts";
import { expectLength, randomBytes, wipe } from "../bytes.ts";
import { type PrivateKey, type X25519, X25519_KEY_BYTES } from "./x25519.ts";

export type { PrivateKey } from "./x25519.ts";

/**
 * libsodium; without it, the runtime's library; or JavaScript if that library lacks the curve, as some FIPS builds do.
 */
const implementation = lazy((): X25519 => {
  const sodium = (require("../sodium/libsodium.ts") as typeof import("../sodium/libsodium.ts")).libsodium();
  if (sodium) {
    return (require("./x25519-sodium.ts") as typeof import("./x25519-sodium.ts")).x25519Sodium(sodium);
  }
  const { x25519Native } = require("./x25519-native.ts") as typeof import("./x25519-native.ts");
  try {
    x25519Native.importKey(new Uint8Array(X25519_KEY_BYTES).fill(1));
    return x25519Native;
  } catch {
    return (require("./x25519-noble.ts") as typeof import("./x25519-noble.ts")).x25519Noble;
  }
});

/**
 * @param bytes 32 raw bytes; they are copied, so the caller wipes its own
 * @throws RangeError when there are more or fewer bytes
 */
export function importPrivateKey(bytes: Uint8Array): PrivateKey {
  expectLength(bytes, X25519_KEY_BYTES, "private key");
  return implementation().importKey(bytes);
}

/** What makes whole sealed boxes, if the implementation can. */
export function nativeSealBox(): X25519["sealBox"] {
  return implementation().sealBox;
}

/** Generates a private key from the system's random source. */
export function generatePrivateKey(): PrivateKey {
  const bytes = randomBytes(X25519_KEY_BYTES);
  const key = importPrivateKey(bytes);
  wipe(bytes);
  return key;
}
