import { lazy } from "../common/lazy.ts";
import { isBun } from "../common/runtime.ts";

/** Node's crypto library. Bun has what is needed as globals: to load its own takes longer than most commands. */
export const nodeCrypto = lazy(() => require("node:crypto") as typeof import("node:crypto"));

/** SHA-256 (FIPS 180-4) of bytes, or of a text in UTF-8. @returns 64 hex digits */
export function sha256Hex(input: string | Uint8Array): string {
  return isBun
    ? new Bun.SHA256().update(input).digest("hex")
    : nodeCrypto().createHash("sha256").update(input).digest("hex");
}

/** What the hashes of both runtimes can do. */
interface Hash {
  update(part: string | Uint8Array): unknown;
  digest(encoding: "hex"): string;
}

/** SHA-1 or SHA-256 (FIPS 180-4) of several parts in a row. @returns hex digits */
export function hashHex(algorithm: "sha1" | "sha256", parts: readonly (string | Uint8Array)[]): string {
  const hash: Hash = isBun ? new Bun.CryptoHasher(algorithm) : nodeCrypto().createHash(algorithm);
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Compares byte strings of equal length in constant time. */
export function timingSafeEqual(a: Uint8Array, b: Uint8Array): boolean {
  return isBun ? crypto.timingSafeEqual(a, b) : nodeCrypto().timingSafeEqual(a, b);
}
