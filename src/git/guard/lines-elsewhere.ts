import { lazy } from "../../common/lazy.ts";
import type { AddedLine } from "../../scan/finding.ts";
import type { TextLines } from "../../scan/scan-text.ts";
import type { BlobReader } from "../process/cat-file.ts";
import { type FileChange, MAX_ADDED } from "./diff-parser.ts";
import type { Diff } from "./diff-reader.ts";
import { isRegular } from "./file-mode.ts";

/**
 * What a merge adds against one of its other parents, by path: the numbers of the lines; or the change of the file, where
 * git takes it for binary and prints no lines, or where there are more than are read.
 */
export type LinesElsewhere = ReadonlyMap<string, ReadonlySet<number> | FileChange>;

/** @param stores need not be in it */
export async function linesElsewhere(diff: Diff, stores: ReadonlySet<string>): Promise<LinesElsewhere> {
  const lines = new Map<string, ReadonlySet<number> | FileChange>();
  const byId = lazy(() => Map.groupBy(diff.files, ({ newId }) => newId));
  const next = diff.patches();
  for (let event = await next(); event; event = await next()) {
    if (event.kind === "binary") {
      for (const file of byId().get(event.newId) ?? []) lines.set(file.path, file);
      continue;
    }
    const { path, added, cut } = event.patch;
    if (stores.has(path)) continue;
    const file = cut ? diff.files.find((each) => each.path === path) : undefined;
    lines.set(path, file ?? (await numbersOf(added)));
  }
  return lines;
}

/** Of the lines that a merge adds against its first parent, those that no other parent has either: they are new. */
export async function newInMerge(
  path: string,
  added: TextLines,
  elsewhere: readonly LinesElsewhere[],
  blobs: BlobReader,
): Promise<TextLines> {
  const tests = await Promise.all(elsewhere.map((lines) => newAgainst(lines.get(path), blobs)));
  const { addedLinesOf, textLines } = await scanTexts();
  return textLines(addedLinesOf(added).filter((line) => tests.every((isNew) => isNew(line))));
}

/** @param change of the path; `undefined`: the parent has the same file */
async function newAgainst(
  change: ReadonlySet<number> | FileChange | undefined,
  blobs: BlobReader,
): Promise<(line: AddedLine) => boolean> {
  if (change === undefined) return () => false;
  if (!("oldId" in change)) return ({ number }) => change.has(number);
  const before = isRegular(change.oldMode) ? await blobs.read(change.oldId, MAX_ADDED) : undefined;
  const { lacksLine, linesIn } = await formerLines();
  const former = before ? [await linesIn(before)] : [];
  // Of a file that is not text it is not known which lines it has: all are looked at.
  return former.includes(undefined) ? () => true : ({ text }) => lacksLine(text, former);
}

/** The numbers of the lines in a patch. */
export async function numbersOf(lines: TextLines): Promise<Set<number>> {
  const { lineNumbers } = await scanTexts();
  return lineNumbers(lines);
}

const scanTexts = lazy(() => import("../../scan/scan-text.ts"));
const formerLines = lazy(() => import("./former-lines.ts"));
