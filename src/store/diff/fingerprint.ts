import { createHash } from "node:crypto";

/** Hexadecimal digits: 48 bits make an accidental collision unlikely, and are short enough to read. */
const DIGITS = 12;

/**
 * A short fingerprint of a sealed value or a public key, to show that it changed: the start of its SHA-256.
 *
 * It leaks nothing: the hashed text is in the file in the clear. A sealed value is made with a fresh key each time, so two
 * sealings of one secret have unrelated fingerprints, and nobody without the private key can test a guess against one.
 */
export function fingerprint(sealed: string | Uint8Array): string {
  return createHash("sha256").update(sealed).digest("hex").slice(0, DIGITS);
}
