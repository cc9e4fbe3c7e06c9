import type { Finding } from "../../scan/finding.ts";
import { addedLinesOf, type TextLines } from "../../scan/scan-text.ts";
import { mayHaveRawKey, storePathsAround } from "./custodian-keys.ts";
import { type OwnCredentials, withOwnCredentials } from "./own-credentials.ts";
import { dumpFinding, mayBeDump } from "./store-dump.ts";

/**
 * Adds to the scanner's findings in a file what only the stores around it can tell: credentials of their custodians, and
 * copies of their secrets. Few files have a text that may be one.
 */
export async function withStoreFindings(
  found: readonly Finding[],
  path: string,
  lines: TextLines,
  sources: OwnCredentials,
): Promise<readonly Finding[]> {
  const { bytes } = lines;
  const named = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes("_PASSPHRASE");
  const dump = mayBeDump(path, bytes);
  if (!dump && !named && !mayHaveRawKey(bytes)) return found;
  const added = addedLinesOf(lines);
  const all = await withOwnCredentials(found, path, added, sources);
  for (const candidate of dump ? storePathsAround(path) : []) {
    const data = await sources.store(candidate);
    const finding = data && dumpFinding(path, added, data, candidate);
    if (finding) return [...all, finding];
  }
  return all;
}
