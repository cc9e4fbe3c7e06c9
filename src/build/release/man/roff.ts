/**
 * Text for man pages, in the macros of man(7). Every function returns whole lines.
 */

/** An input line longer than this is bad style, says `mandoc -Tlint`. */
const LINE = 78;

/** Text in which roff finds no escape sequence and no request, in ASCII. */
export function escaped(text: string): string {
  return text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replace(/^\./, "\\&.")
    .replaceAll(/[^\n -~]/gu, (character) => `\\[u${hex(character)}]`);
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}

export function bold(text: string): string {
  return `\\fB${escaped(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escaped(text)}\\fR`;
}

/** A section, in capitals. */
export function section(title: string, ...content: readonly string[]): string {
  return `.SH ${title}\n${content.join("")}`;
}

/** A part of a section. */
export function subsection(title: string, ...content: readonly string[]): string {
  return `.SS ${escaped(title)}\n${content.join("")}`;
}

/** The line that `man -k` searches. */
export function nameLine(name: string, summary: string): string {
  return filled(`${escaped(name)} \\- ${escaped(summary.replaceAll("`", ""))}`);
}

/** Paragraphs; what is between backticks is bold. */
export function paragraphs(text: string): string {
  return text.split("\n\n").map(prose).join(".PP\n");
}

/** A term that is already marked up, and what it means. */
export function definition(term: string, meaning: string): string {
  return `.TP\n${term}\n${prose(meaning)}`;
}

/** Lines of a terminal, as they are. */
export function verbatim(...lines: readonly string[]): string {
  return `.PP\n.RS 4\n.nf\n${lines.map((line) => `${bold(line)}\n`).join("")}.fi\n.RE\n`;
}

/** One paragraph, in short lines: roff fills them again. */
function prose(text: string): string {
  return filled(inline(text));
}

function filled(text: string): string {
  const lines: string[] = [];
  for (const word of text.split(/\s+/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= LINE)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line) => `${line.replace(/^[.']/, "\\&$&")}\n`).join("");
}

function inline(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 1 ? bold(part) : escaped(part)))
    .join("");
}
