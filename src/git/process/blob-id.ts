import { isBun } from "../../common/runtime.ts";
import { nodeCrypto } from "../../crypto/runtime-crypto.ts";

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
  const hash = hashFor(id);
  hash.update(`blob ${length}\0`);
  for (const part of parts) hash.update(part);
  return hash.digest("hex") === id;
}

function hashFor(id: string) {
  const isSha1 = id.length === SHA1_DIGITS;
  if (isBun) return isSha1 ? new Bun.SHA1() : new Bun.SHA256();
  return nodeCrypto().createHash(isSha1 ? "sha1" : "sha256");
}
