import { sha256Hex } from "../../crypto/runtime-crypto.ts";
import type { Finding } from "../../scan/finding.ts";

/**
 * Names a problem of one version of a store, and of no other: the baseline accepts it in the history, where it cannot be corrected.
 * The lines with problems are left out of the hash: one may have a value in plain text.
 *
 * @param bytes the version; nothing for a store that was deleted
 * @param problems all of that version
 * @returns SHA-256, in hex
 */
export function versionHash(
  { rule, code }: Finding,
  bytes: Uint8Array | undefined,
  problems: readonly Finding[],
): string {
  const bad = new Set(problems.map(({ line }) => line));
  const lines = Buffer.from(bytes ?? [])
    .toString("latin1")
    .split("\n")
    .filter((_, at) => !bad.has(at + 1));
  return sha256Hex(JSON.stringify([rule, code ?? null, lines]));
}
