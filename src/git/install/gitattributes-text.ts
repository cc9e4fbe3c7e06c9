import { withoutLineEnd } from "../../common/text.ts";
/**
 * Adds lines to a text, each unless it is there. A text without a final newline gets none at the end of the
 * last line added, so {@link removeLines} gives the very same text back; that tells an empty file from none, too.
 * @param text nothing when there is no file
 */
export function addLines(text: string | undefined, lines: readonly string[]): string | undefined {
  return lines.reduce((before: string | undefined, line) => addLine(before, line), text);
}

/**
 * Takes lines out of a text, other lines as they are.
 * @returns nothing when the file was made for the lines and can go
 */
export function removeLines(text: string, lines: readonly string[]): string | undefined {
  return lines.reduce(
    (before: string | undefined, line) => (before === undefined ? before : removeLine(before, line)),
    text,
  );
}

/** Whether a line stands in a text, whatever its line end. */
export function hasLine(text: string, line: string): boolean {
  return text.split(/\r?\n/).includes(line);
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
