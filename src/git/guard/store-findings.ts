import { bufferOf } from "../../common/buffer-of.ts";
import { lazy } from "../../common/lazy.ts";
import type { Finding } from "../../scan/finding.ts";
import { addedLinesOf, type TextLines } from "../../scan/scan-text.ts";
import { mayHaveRawKey, storePathsAround } from "./custodian-keys.ts";
import { type OwnCredentials, withOwnCredentials } from "./own-credentials.ts";
import { dumpFinding, mayBeDump } from "./store-dump.ts";

/**
 * Adds to the scanner's findings in a file what only the stores around it show: credentials of their custodians, and
 * copies of their secrets. Few files have a text that may be one.
 */
export function withStoreFindings(
  found: readonly Finding[],
  path: string,
  lines: TextLines,
  sources: OwnCredentials,
): readonly Finding[] | Promise<readonly Finding[]> {
  const { bytes } = lines;
  const credentials = bufferOf(bytes).includes(NAME) || mayHaveRawKey(bytes);
  const dump = mayBeDump(path, bytes);
  return credentials || dump ? withFindingsOf(found, path, lines, { credentials, dump }, sources) : found;
}

/** What the names of variables with passphrases end with. */
const NAME = Buffer.from("_PASSPHRASE");

async function withFindingsOf(
  found: readonly Finding[],
  path: string,
  lines: TextLines,
  mayHave: { readonly credentials: boolean; readonly dump: boolean },
  sources: OwnCredentials,
): Promise<readonly Finding[]> {
  const added = lazy(() => addedLinesOf(lines));
  const all = mayHave.credentials ? await withOwnCredentials(found, path, added(), sources) : found;
  for (const candidate of mayHave.dump ? storePathsAround(path) : []) {
    const data = await sources.store(candidate);
    const finding = data && dumpFinding(path, added(), data, candidate);
    if (finding) return [...all, finding];
  }
  return all;
}
