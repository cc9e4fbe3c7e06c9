import { bufferOf } from "../../common/buffer-of.ts";
import type { Finding } from "../../scan/finding.ts";
import { addedLinesOf, type TextLines } from "../../scan/scan-text.ts";
import { mayHaveRawKey, storePathsAround } from "./custodian-keys.ts";
import { type OwnCredentials, withOwnCredentials } from "./own-credentials.ts";
import { dumpFinding, mayBeDump } from "./store-dump.ts";

/**
 * Adds to the scanner's findings in a file what only the stores around it can tell: credentials of their custodians, and
 * copies of their secrets. Few files have a text that may be one.
 */
export function withStoreFindings(
  found: readonly Finding[],
  path: string,
  lines: TextLines,
  sources: OwnCredentials,
): readonly Finding[] | Promise<readonly Finding[]> {
  const { bytes } = lines;
  const dump = mayBeDump(path, bytes);
  if (!dump && !bufferOf(bytes).includes(NAME) && !mayHaveRawKey(bytes)) return found;
  return withFindingsOf(found, path, lines, dump, sources);
}

/** What the names of variables with passphrases end with. */
const NAME = Buffer.from("_PASSPHRASE");

async function withFindingsOf(
  found: readonly Finding[],
  path: string,
  lines: TextLines,
  dump: boolean,
  sources: OwnCredentials,
): Promise<readonly Finding[]> {
  const added = addedLinesOf(lines);
  const all = await withOwnCredentials(found, path, added, sources);
  for (const candidate of dump ? storePathsAround(path) : []) {
    const data = await sources.store(candidate);
    const finding = data && dumpFinding(path, added, data, candidate);
    if (finding) return [...all, finding];
  }
  return all;
}
