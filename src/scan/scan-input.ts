import { LinePlaces } from "./line-places.ts";
import { type Example, type PathKind, pathKind } from "./path-kind.ts";
import type { ScanText } from "./scan-text.ts";

/** The added lines of one file, prepared once for all rules. */
export interface ScanInput {
  readonly path: string;
  readonly kind: PathKind;
  readonly text: ScanText;
  /** Where the keywords of names of secrets are. */
  readonly namePlaces: LinePlaces;
  /** What {@link exampleOf} found out. */
  readonly exampleLines: Map<number, Example>;
}

/**
 * @param path relative to the repository's root, with slashes
 * @param namePlaces the places of {@link ScanInput.namePlaces}, in bytes, sorted
 */
export function scanInput(path: string, text: ScanText, namePlaces: readonly number[] = []): ScanInput {
  return {
    path,
    kind: pathKind(path),
    text,
    namePlaces: new LinePlaces(text, namePlaces),
    exampleLines: new Map(),
  };
}

/** A comment that documents code, where examples are. */
const DOC_COMMENT = /^\s{0,80}(?:\*(?!\w)|\/\/[/!]|#[:']|>>> )|@example|\be\.g\.|\bfor example\b|\bexample:/i;

/** In code; in configuration, it is a setting that was switched off. */
const INDENTED_COMMENT = /^\s{0,80}#\s{2,}\S/;

/** Whether a line is from a test or a manual, or documents code: passwords there are made up. */
export function exampleOf({ kind, text, exampleLines }: ScanInput, at: number): Example {
  if (kind.example !== undefined) return kind.example;
  if (exampleLines.has(at)) return exampleLines.get(at);
  const line = text.line(at).slice(0, 2000);
  const documents = DOC_COMMENT.test(line) || (!kind.bareValues && INDENTED_COMMENT.test(line));
  const found = documents ? "test" : undefined;
  exampleLines.set(at, found);
  return found;
}
