import { libsodium } from "../../src/crypto/sodium/libsodium.ts";
import type { X25519 } from "../../src/crypto/x25519/x25519.ts";
import { x25519Sodium } from "../../src/crypto/x25519/x25519-sodium.ts";

/** X25519 of libsodium. @throws when its addon is not installed: `sodium-native` has one for every system that runs the tests */
export function installedSodium(): X25519 {
  const sodium = libsodium();
  if (!sodium) throw new Error("libsodium's addon cannot be loaded here");
  return x25519Sodium(sodium);
}
