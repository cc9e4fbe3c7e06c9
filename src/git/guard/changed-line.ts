import { addedLinesOf, type TextLines } from "../../scan/scan-text.ts";
import type { BlobReader } from "../process/cat-file.ts";
import { MAX_ADDED } from "./diff-parser.ts";

/** Where a line is, and where it may have been before. */
export interface LinePlaces {
  /** Its number in what is added. */
  readonly number: number;
  /** The paths of the file, now and before. */
  readonly paths: readonly string[];
  /** The versions before. */
  readonly parents: readonly string[];
}

/**
 * Whether no earlier version of a file has an added line, so that it is not one that was moved or indented. Of a file that
 * was not there, or is no text, nothing is known: the answer is no.
 */
export async function isChangedLine(
  blobs: BlobReader,
  lines: TextLines,
  { number, paths, parents }: LinePlaces,
): Promise<boolean> {
  const line = addedLinesOf(lines)
    .find((each) => each.number === number)
    ?.text.trim();
  if (line === undefined) return false;
  let isKnown = false;
  for (const parent of parents) {
    for (const path of new Set(paths)) {
      const bytes = await blobs.read(`${parent}:${path}`, MAX_ADDED);
      if (!bytes) continue;
      const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
      if (text.includes(0) || text.includes(line)) return false;
      isKnown = true;
    }
  }
  return isKnown;
}
