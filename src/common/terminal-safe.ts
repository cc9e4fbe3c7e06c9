/** What a terminal would obey rather than show: controls, bidirectional overrides, separators, lone surrogates. */
/** Most text: nothing in it needs a closer look. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** Whether text is made of the 95 printable characters of ASCII alone. */
export function isPrintableAscii(text: string): boolean {
  return PRINTABLE_ASCII.test(text);
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

const MAX_NAME_LENGTH = 100;

/** Text from a file made safe to print: what a terminal would obey comes out as `\u{…}`. */
export function escapeUnprintable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** {@link escapeUnprintable} for text of several lines, such as a diff: line ends and tabs stay. */
export function escapeUnprintableLines(text: string): string {
  return text.replace(/[^\n\t]+/g, escapeUnprintable);
}

/** A name from a file for use in a message: printable, and cut when it is absurdly long. */
export function displayName(name: string): string {
  const cut = name.length > MAX_NAME_LENGTH ? `${name.slice(0, MAX_NAME_LENGTH)}…` : name;
  return escapeUnprintable(cut);
}

/** JSON with what a terminal would obey, or a reader take for a line's end, in JSON's own escapes. */
export function escapeUnprintableInJson(json: string): string {
  const escaped = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return json.replace(UNPRINTABLE, (char) => char.split("").map(escaped).join(""));
}
