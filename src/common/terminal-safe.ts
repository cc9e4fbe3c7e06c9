/** Characters that control a terminal: controls, format characters (bidirectional overrides), separators, lone surrogates. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Most text is printable ASCII, and needs no closer look. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Characters of a name that are printed before it is cut. */
const MAX_NAME_LENGTH = 100;

/** Whether text consists of the 95 printable ASCII characters. */
export function isPrintableAscii(text: string): boolean {
  return PRINTABLE_ASCII.test(text);
}

/** A byte of a path that is not UTF-8 (path-text.ts). */
const RAW_BYTE = /\ufdd0([89a-f][0-9a-f])/g;

/** Makes untrusted text safe to print on one line: characters that control a terminal are written as `\u{…}`. */
export function escapeUnprintable(text: string): string {
  if (isPrintableAscii(text)) return text;
  return text
    .replace(RAW_BYTE, "\\x$1")
    .replace(UNPRINTABLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** {@link escapeUnprintable} for text of several lines, such as a diff: line feeds and tabs stay. */
export function escapeUnprintableLines(text: string): string {
  return text.replace(/[^\n\t]+/g, escapeUnprintable);
}

/** An untrusted name for use in a message: safe to print, and cut if it is very long. */
export function displayName(name: string): string {
  const cut = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
  return escapeUnprintable(cut);
}

/** Makes JSON safe to print on one line, with JSON's own escapes: a reader may take U+2028 for a line end. */
export function escapeUnprintableInJson(json: string): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return json.replace(UNPRINTABLE, (char) => char.split("").map(escaped).join(""));
}
