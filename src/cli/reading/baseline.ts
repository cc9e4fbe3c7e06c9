import { lstatSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import {
  type BaselineEntry,
  baselineText,
  entryKey,
  type LocatedEntry,
  MAX_BASELINE_BYTES,
  mergedEntries,
  readBaseline,
} from "../../scan/baseline-file.ts";
import { writeAtomically } from "../../system/atomic-write.ts";
import { readBounded } from "../../system/bounded-read.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";

/**
 * Reads a baseline.
 *
 * @returns `undefined` when there is no such file
 * @throws PprotectError `invalid_config`, `file_error`
 */
export function readBaselineFile(path: string): readonly LocatedEntry[] | undefined {
  try {
    const bytes = readBounded(path, path, MAX_BASELINE_BYTES);
    return readBaseline(bytes ?? new Uint8Array(MAX_BASELINE_BYTES + 1), path);
  } catch (error) {
    if (error instanceof PprotectError) throw error;
    if (errnoOf(error) === "ENOENT") return undefined;
    throw fileError("read", path, error);
  }
}

/** What writing a baseline did. */
export type WrittenBaseline = {
  readonly file: string;
  readonly entries: number;
  readonly added: number;
  readonly removed: number;
};

/**
 * Writes a baseline.
 *
 * @param replace whether what the file has and was not found now is removed: only where everything was checked
 * @throws PprotectError `invalid_config` for a file that cannot be read and is not replaced, `file_error`
 */
export function writeBaselineFile(
  file: string,
  found: readonly BaselineEntry[],
  replace: boolean,
): WrittenBaseline {
  const before = replace ? readIfPossible(file) : (readBaselineFile(file) ?? []);
  const after = replace ? mergedEntries(found) : mergedEntries([...before, ...found]);
  const stats = lstatSync(file, { throwIfNoEntry: false });
  // A symbolic link is replaced: in a stranger's repository it may name any file.
  writeAtomically(file, baselineText(after), stats?.isFile() ? stats : undefined);
  return {
    file: escapeUnprintable(file),
    entries: after.length,
    added: missingIn(before, after),
    removed: missingIn(after, before),
  };
}

/** A file that cannot be read is replaced: so is one with conflict markers after a merge. */
function readIfPossible(file: string): readonly BaselineEntry[] {
  try {
    return readBaselineFile(file) ?? [];
  } catch (error) {
    if (error instanceof PprotectError && error.code === "invalid_config") return [];
    throw error;
  }
}

function missingIn(some: readonly BaselineEntry[], of: readonly BaselineEntry[]): number {
  const keys = new Set(some.map(entryKey));
  return of.filter((entry) => !keys.has(entryKey(entry))).length;
}
