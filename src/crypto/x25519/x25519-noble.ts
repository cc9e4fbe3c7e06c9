import { x25519 } from "@noble/curves/ed25519.js";
import { isLowOrderPoint, LowOrderPointError, type PrivateKey, type X25519 } from "./x25519.ts";

/** X25519 in JavaScript: audited, slower, the same on every runtime. */
export const x25519Noble: X25519 = {
  importKey(bytes: Uint8Array): PrivateKey {
    const raw = new Uint8Array(bytes);
    return {
      publicKey: x25519.getPublicKey(raw),
      bytes: () => raw.slice(),
      agree(peerPublicKey) {
        if (isLowOrderPoint(peerPublicKey)) throw new LowOrderPointError();
        return x25519.getSharedSecret(raw, peerPublicKey);
      },
    };
  },
};
