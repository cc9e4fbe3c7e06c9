import type { RuleName } from "./detector.ts";

export const KEYSTORE_RULE: RuleName = { id: "keystore-file", what: "a keystore with a private key" };

/** `1.2.840.113549.1.7`, the start of the object ids of PKCS#7, in DER. */
const PKCS7 = Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07]);

/** Whether a file is a Java keystore (JKS, JCEKS) or PKCS#12: a sequence, version 3, and PKCS#7 content (RFC 7292). */
export function isKeystore(bytes: Uint8Array): boolean {
  const [first, second, third, fourth] = bytes;
  if (first === 0xfe && second === 0xed && third === 0xfe && fourth === 0xed) return true;
  if (first === 0xce && second === 0xce && third === 0xce && fourth === 0xce) return true;
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 64));
  return first === 0x30 && head.includes(Buffer.from([0x02, 0x01, 0x03, 0x30])) && head.includes(PKCS7);
}
