import { newBytes } from "../bytes.ts";
import type { Libsodium } from "../sodium/libsodium.ts";
import {
  isLowOrderPoint,
  LowOrderPointError,
  type PrivateKey,
  SEALED_BOX_OVERHEAD,
  type X25519,
  X25519_KEY_BYTES,
} from "./x25519.ts";

/** X25519 from libsodium, which makes and opens whole sealed boxes too. */
export function x25519Sodium(sodium: Libsodium): X25519 {
  return {
    importKey(bytes: Uint8Array): PrivateKey {
      const key = keyMemory(sodium);
      key.set(bytes);
      const publicKey = newBytes(X25519_KEY_BYTES);
      sodium.crypto_scalarmult_base(publicKey, key);
      return {
        publicKey,
        bytes() {
          const copy = newBytes(X25519_KEY_BYTES);
          copy.set(key);
          return copy;
        },
        agree(peerPublicKey) {
          if (isLowOrderPoint(peerPublicKey)) throw new LowOrderPointError();
          const shared = newBytes(X25519_KEY_BYTES);
          sodium.crypto_scalarmult(shared, key, peerPublicKey);
          return shared;
        },
        openBox(sealed, plaintext = newBytes(sealed.length - SEALED_BOX_OVERHEAD)) {
          return sodium.crypto_box_seal_open(plaintext, sealed, publicKey, key) ? plaintext : undefined;
        },
      };
    },
    sealBox(plaintext, publicKey, sealed = newBytes(SEALED_BOX_OVERHEAD + plaintext.length)) {
      sodium.crypto_box_seal(sealed, plaintext, publicKey);
      return sealed;
    },
  };
}

/** Memory that libsodium overwrites when it frees it, or any where a process has as much of that as the system allows. */
function keyMemory(sodium: Libsodium): Uint8Array {
  try {
    return sodium.sodium_malloc(X25519_KEY_BYTES);
  } catch {
    return newBytes(X25519_KEY_BYTES);
  }
}
