import { createPrivateKey, createPublicKey, diffieHellman } from "node:crypto";
import { concatBytes, takeBytes, wipe } from "../bytes.ts";
import { isLowOrderPoint, LowOrderPointError, type PrivateKey, type X25519 } from "./x25519.ts";

/** The DER headers before a raw key: RFC 8410 §7 (PKCS #8) and §4 (SubjectPublicKeyInfo). */
const PKCS8_HEADER = new Uint8Array(Buffer.from("302e020100300506032b656e04220420", "hex"));
const SPKI_HEADER = new Uint8Array(Buffer.from("302a300506032b656e032100", "hex"));

/** X25519 from the runtime's crypto library. */
export const x25519Native: X25519 = {
  importKey(bytes: Uint8Array): PrivateKey {
    const der = Buffer.from(concatBytes(PKCS8_HEADER, bytes).buffer);
    const key = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
    wipe(der);
    const spki = createPublicKey(key).export({ type: "spki", format: "der" });
    return {
      publicKey: new Uint8Array(spki.subarray(SPKI_HEADER.length)),
      // Only the library keeps the key, and overwrites it when it frees it.
      bytes() {
        return takeBytes(key.export({ type: "pkcs8", format: "der" }), PKCS8_HEADER.length);
      },
      agree(peerPublicKey) {
        if (isLowOrderPoint(peerPublicKey)) throw new LowOrderPointError();
        const peer = Buffer.from(concatBytes(SPKI_HEADER, peerPublicKey));
        const publicKey = createPublicKey({ key: peer, format: "der", type: "spki" });
        return takeBytes(diffieHellman({ privateKey: key, publicKey }));
      },
    };
  },
};
