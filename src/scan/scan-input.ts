import type { AddedLine } from "./finding.ts";
import { type LoweredText, lowerLines } from "./keyword-filter.ts";
import { type PathKind, pathKind } from "./path-kind.ts";

/** Longer lines are generated: only tokens known by their own form are looked for in them. */
export const LONG_LINE = 20_000;

/** The added lines of one file, prepared once for all that look at them. */
export interface ScannedText {
  readonly path: string;
  readonly kind: PathKind;
  readonly lines: readonly AddedLine[];
  readonly lowered: LoweredText;
}

/** @param path relative to the repository's root, with slashes */
export function scannedText(path: string, lines: readonly AddedLine[]): ScannedText {
  return { path, kind: pathKind(path), lines, lowered: lowerLines(lines.map(({ text }) => text)) };
}
