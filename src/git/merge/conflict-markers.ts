import { diffArrays } from "diff";
import { writeStore } from "../../store/format/yaml-writer.ts";
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
  const out: string[] = [];
  let mine: string[] = [];
  let other: string[] = [];
  const flush = (): void => {
    if (mine.length + other.length === 0) return;
    out.push(`${"<".repeat(size)} ours`, ...mine, "=".repeat(size), ...other, `${">".repeat(size)} theirs`);
    mine = [];
    other = [];
  };
  for (const { added, removed, value } of differences(ours, theirs)) {
    if (removed) mine.push(...value);
    else if (added) other.push(...value);
    else {
      flush();
      out.push(...value);
    }
  }
  flush();
  return `${out.join("\n")}\n`;
}

/** A conflict must never look like a finished file: if both texts are equal, all of it is marked. */
function differences(ours: string[], theirs: string[]) {
  return Bun.deepEquals(ours, theirs)
    ? [
        { removed: true, added: false, value: ours },
        { removed: false, added: true, value: theirs },
      ]
    : diffArrays(ours, theirs);
}

/** The lines of the merged file with one side's version of every conflict. */
function linesWith(side: Side, versions: StoreVersions): string[] {
  const options = { credentials: NO_CREDENTIALS, decide: () => side, forDisplay: true };
  return writeStore(mergeStores(versions, options).store).trimEnd().split("\n");
}
