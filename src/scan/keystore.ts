import type { RuleName } from "./detector.ts";

export const KEYSTORE_RULE: RuleName = { id: "keystore-file", what: "a keystore with a private key" };

/** `1.2.840.113549.1.7`, the start of the object ids of PKCS#7, in DER. */
const PKCS7 = Buffer.from([0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07]);
/** Version 3, and then a sequence: the start of PKCS#12 after its length (RFC 7292). */
const PKCS12 = Buffer.from([0x02, 0x01, 0x03, 0x30]);
const PROBE = 64;

/** Names of files that hold private keys. Those that hold only certificates to trust are named otherwise. */
const NAMED = /\.(?:p12|pfx|jks|jceks|keystore|bcfks|kdbx?)$/i;
const TRUST = /trust|cacerts/i;

/** Whether a binary file is a keystore, by its first bytes or its name. */
export function isKeystore(path: string, bytes: Uint8Array): boolean {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, PROBE));
  const magic = head.toString("hex", 0, 4);
  if (magic === "feedfeed" || magic === "cececece") return hasKeyEntry(head);
  // KeePass.
  if (magic === "03d9a29a") return true;
  if (head[0] === 0x30 && head.includes(PKCS12) && head.includes(PKCS7)) return true;
  return NAMED.test(path) && !TRUST.test(path);
}

const COUNT = 8;
const FIRST_TAG = 12;
const TRUSTED_CERTIFICATE = 2;

/** Whether a Java keystore has more than one certificate to trust; each entry starts with its kind. */
function hasKeyEntry(head: Buffer): boolean {
  if (head.length < FIRST_TAG + 4) return true;
  return head.readUInt32BE(COUNT) > 1 || head.readUInt32BE(FIRST_TAG) !== TRUSTED_CERTIFICATE;
}
