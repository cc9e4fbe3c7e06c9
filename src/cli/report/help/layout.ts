/** Spaces before the lines of a list. */
const INDENT = 2;
/** Spaces between the two columns of a list. */
const GAP = 2;
/** A left column is no wider than this; what is longer has its right side on the lines after it. */
const MAX_LEFT = 28;

/** Text broken between words into lines no wider than `width` where its words allow it. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of words(text)) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** The words of a text; what is between backticks is a word, unless it is long. */
function words(text: string): string[] {
  return text.match(/[^\s`]*`[^`]{1,40}`[^\s`]*|\S+/g) ?? [];
}

/** A list of two columns, the right one wrapped. */
export function twoColumns(rows: readonly (readonly [left: string, right: string])[], width: number): string {
  const longest = Math.max(0, ...rows.map(([left]) => left.length).filter((length) => length <= MAX_LEFT));
  const start = INDENT + longest + GAP;
  const margin = " ".repeat(start);
  return rows
    .map(([left, right]) => {
      const lines = wrap(right, width - start);
      const head = " ".repeat(INDENT) + left;
      const [first = ""] = lines;
      const fits = left.length <= longest;
      const top = fits ? `${head.padEnd(start)}${first}`.trimEnd() : head;
      return [top, ...lines.slice(fits ? 1 : 0).map((line) => margin + line)]
        .map((line) => `${line}\n`)
        .join("");
    })
    .join("");
}

/** Paragraphs, wrapped, with an empty line between them. */
export function paragraphs(text: string, width: number): string {
  return text
    .split("\n\n")
    .map((each) => wrap(each, width).join("\n"))
    .join("\n\n");
}

/** Text indented and wrapped. */
export function indented(text: string, width: number): string {
  return wrap(text, width - INDENT)
    .map((line) => `${" ".repeat(INDENT)}${line}\n`)
    .join("");
}
