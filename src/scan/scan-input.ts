import type { AddedLine } from "./finding.ts";
import { type LoweredText, lowerLines } from "./keyword-filter.ts";
import { type PathKind, pathKind } from "./path-kind.ts";

/** Longer lines are generated; they are searched only for tokens that are known by their own form. */
export const LONG_LINE = 20_000;

/** The added lines of one file, prepared once for all rules. */
export interface ScanInput {
  readonly path: string;
  readonly kind: PathKind;
  readonly lines: readonly AddedLine[];
  readonly lowered: LoweredText;
}

/** @param path relative to the repository's root, with slashes */
export function scanInput(path: string, lines: readonly AddedLine[]): ScanInput {
  return { path, kind: pathKind(path), lines, lowered: lowerLines(lines.map(({ text }) => text)) };
}
