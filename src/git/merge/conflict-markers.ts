import { writeStore } from "../../store/format/yaml-writer.ts";
import { TRUST_NO_NEW_KEY } from "../../store/trust/known-keys.ts";
import { alignLists } from "./alignment.ts";
import { NO_CREDENTIALS } from "./merge-credentials.ts";
import { mergeStores } from "./merge-stores.ts";
import type { Side, StoreVersions } from "./versions.ts";

/**
 * The merged file with git's conflict markers around what is in conflict, and nothing else: the text with our
 * version of each conflict against the text with their version of each.
 *
 * @param size characters in a marker, git's %L
 */
export function markConflicts(versions: StoreVersions, size: number): string {
  const ours = linesWith("ours", versions);
  const theirs = linesWith("theirs", versions);
  // A conflict must never look like a finished file: if both texts are equal, all of it is marked.
  const common = Bun.deepEquals(ours, theirs) ? [] : alignLists(ours, theirs);
  const out: string[] = [];
  let [i, j] = [0, 0];
  for (const [ourEnd, theirEnd] of [...common, [ours.length, theirs.length] as const]) {
    if (i < ourEnd || j < theirEnd) {
      out.push(`${"<".repeat(size)} ours`, ...ours.slice(i, ourEnd));
      out.push("=".repeat(size), ...theirs.slice(j, theirEnd), `${">".repeat(size)} theirs`);
    }
    out.push(...ours.slice(ourEnd, ourEnd + 1));
    [i, j] = [ourEnd + 1, theirEnd + 1];
  }
  return `${out.join("\n")}\n`;
}

/** The lines of the merged file with one side's version of every conflict. */
function linesWith(side: Side, versions: StoreVersions): string[] {
  const options = {
    credentials: NO_CREDENTIALS,
    trust: TRUST_NO_NEW_KEY,
    decide: () => side,
    forDisplay: true,
  };
  return writeStore(mergeStores(versions, options).store).trimEnd().split("\n");
}
