import { hashHex } from "../../crypto/runtime-crypto.ts";

const SHA1_DIGITS = 40;

/**
 * Whether a blob has an id. Git's ids are hashes of what objects are and contain (gitformat-pack(5), hash-function-transition):
 * SHA-1, or SHA-256 in repositories of that format.
 *
 * @param id in full
 * @param parts the blob's content
 */
export function isBlob(id: string, parts: readonly Uint8Array[]): boolean {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return hashHex(id.length === SHA1_DIGITS ? "sha1" : "sha256", [`blob ${length}\0`, ...parts]) === id;
}
