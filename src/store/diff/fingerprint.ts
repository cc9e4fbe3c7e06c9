import { createHash } from "node:crypto";

/** Hex digits: 48 bits, far more than accident needs to make two entries look alike, and short enough to read. */
const DIGITS = 12;

/**
 * A short name for a sealed value or a public key, so that a change of it shows: the start of its SHA-256.
 *
 * It leaks nothing. What is hashed stands in the file for everyone to read, and a sealed value is made with
 * a fresh key each time, so that neither it nor its hash depends on the plaintext in a way that one without
 * the private key could test: two seals of one secret have unrelated fingerprints.
 */
export function fingerprint(sealed: string | Uint8Array): string {
  return createHash("sha256").update(sealed).digest("hex").slice(0, DIGITS);
}
