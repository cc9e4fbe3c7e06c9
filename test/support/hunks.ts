import { structuredPatch } from "diff";
import type { Hunk } from "../../src/common/hunk.ts";

/** What a diff without context shows of two texts that end in a line feed. */
export function hunksBetween(
  before: string,
  after: string,
): { readonly hunks: readonly Hunk[]; readonly added: Buffer } {
  const { hunks } = structuredPatch("", "", before, after, "", "", { context: 0 });
  const lines = hunks.flatMap((hunk) => hunk.lines).filter((line) => line.startsWith("+"));
  return {
    hunks: hunks.map(({ oldStart, oldLines, newLines }) => ({
      // Unlike git, this library counts a line more where nothing is removed.
      at: oldStart - 1,
      removed: oldLines,
      added: newLines,
    })),
    added: Buffer.from(lines.map((line) => `${line.slice(1)}\n`).join("")),
  };
}
