import { diffArrays } from "diff";
import { writeStore } from "../../store/format/yaml-writer.ts";
import type { StoreData } from "../../store/store-data.ts";
import { NO_CREDENTIALS } from "./merge-credentials.ts";
import { mergeStores } from "./merge-stores.ts";
import type { Choice, Sides } from "./versions.ts";

/**
 * The merged file with git's conflict markers around what is in conflict, and nothing else: the text with each
 * conflict as ours has it against the text with each as theirs has it.
 *
 * @param size characters in a marker, git's %L
 */
export function markConflicts(sides: Sides, size: number): string {
  const ours = linesOf(view(sides, "ours"));
  const theirs = linesOf(view(sides, "theirs"));
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

/** Whatever the reason, what git is told is a conflict must not look like a finished file: never no difference. */
function differences(ours: string[], theirs: string[]) {
  return Bun.deepEquals(ours, theirs)
    ? [
        { removed: true, added: false, value: ours },
        { removed: false, added: true, value: theirs },
      ]
    : diffArrays(ours, theirs);
}

function view(sides: Sides, choice: Choice): StoreData {
  return mergeStores(sides, { opener: NO_CREDENTIALS, decide: () => choice, forDisplay: true }).store;
}

function linesOf(store: StoreData): string[] {
  return writeStore(store).trimEnd().split("\n");
}
