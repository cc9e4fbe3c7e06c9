import { withoutLineEnd } from "../../common/text.ts";

/** The attributes that make git merge and show a store with pprotect. */
const ATTRIBUTES = "merge=pprotect diff=pprotect";

/**
 * The line of `.gitattributes` for a store.
 * @param path relative to the repository's root, with slashes
 */
export function attributeLine(path: string): string {
  return `${quotePattern(literalPattern(path))} ${ATTRIBUTES}`;
}

/**
 * Adds lines to a text, each unless it is there. If the text does not end with a line end, neither does the last line
 * added, so {@link removeLines} restores the text exactly; an empty file and a missing one are distinguished the same way.
 * @param text `undefined` when there is no file
 */
export function addLines(text: string | undefined, lines: readonly string[]): string | undefined {
  return lines.reduce((before: string | undefined, line) => addLine(before, line), text);
}

/**
 * Removes lines from a text and leaves the others as they are.
 * @returns `undefined` when the file was created for the lines and can be removed
 */
export function removeLines(text: string, lines: readonly string[]): string | undefined {
  return lines.reduce(
    (before: string | undefined, line) => (before === undefined ? before : removeLine(before, line)),
    text,
  );
}

/** Whether a text has a line, whatever its line end. */
export function hasLine(text: string, line: string): boolean {
  return text.split(/\r?\n/).includes(line);
}

/** A pattern that matches this path only: wildcards, comments and negations are escaped. */
function literalPattern(path: string): string {
  return path.replace(/[*?[\\]/g, "\\$&").replace(/^[#!]/, "\\$&");
}

/** Quotes a pattern in C style where a space, a quote or a control character would end it. UTF-8 needs no escape. */
function quotePattern(pattern: string): string {
  if (!/[\s"\x00-\x1f\x7f]/.test(pattern)) return pattern;
  const escaped = pattern
    .replace(/["\\]/g, "\\$&")
    .replace(/[\x00-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `"${escaped}"`;
}

function addLine(text: string | undefined, line: string): string {
  if (text === undefined) return `${line}\n`;
  if (hasLine(text, line)) return text;
  if (text === "") return line;
  const end = /\r\n/.test(text) ? "\r\n" : "\n";
  return text.endsWith("\n") ? `${text}${line}${end}` : `${text}${end}${line}`;
}

function removeLine(text: string, line: string): string | undefined {
  if (text === `${line}\n`) return undefined;
  // Each piece is a line with its own end; only the last may have none.
  const pieces = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const index = pieces.findIndex((piece) => withoutLineEnd(piece) === line);
  if (index < 0) return text;
  const rest = [...pieces.slice(0, index), ...pieces.slice(index + 1)].join("");
  const wasLastWithoutEnd = index === pieces.length - 1 && !text.endsWith("\n");
  return wasLastWithoutEnd ? withoutLineEnd(rest) : rest;
}
