import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";

/** What would end a code span or a cell of a table, wherever it is. */
const ENDS = /[`|]/g;

/**
 * An untrusted name as a code span, in which hosts such as GitHub and GitLab see no link, mention, reference, HTML or
 * markup. A backtick and a bar, which could end it, are written as `\u{…}`, as characters are that control a terminal.
 */
export function markdownCode(name: string): string {
  return codeSpan(displayName(name));
}

/** Characters of a message that are shown. */
const MAX_MESSAGE = 400;

/** {@link markdownCode} for a message that has untrusted names in it. */
export function markdownMessage(message: string): string {
  const cut = message.length > MAX_MESSAGE ? `${message.slice(0, MAX_MESSAGE)}…` : message;
  return codeSpan(escapeUnprintable(cut));
}

function codeSpan(text: string): string {
  const shown = text.replace(ENDS, (char) => `\\u{${char.charCodeAt(0).toString(16)}}`);
  return shown === "" ? "(no name)" : `\`${shown}\``;
}

/** Several names, each as {@link markdownCode}; a dash for none. */
export function markdownCodes(names: readonly string[]): string {
  return names.length === 0 ? "–" : names.map(markdownCode).join(", ");
}

/** A table. @param rows cells that are Markdown already, without line ends */
export function markdownTable(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |\n`;
  return line(heading) + line(heading.map(() => "---")) + rows.map(line).join("");
}
