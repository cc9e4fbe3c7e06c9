import { hasRawBytes, pathText } from "./path-bytes.ts";

/** What git quotes with a letter (quote.c). */
const LETTERS: Readonly<Record<string, string>> = {
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  '"': '"',
  "\\": "\\",
};
const BYTES: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(LETTERS).map(([char, letter]) => [letter, char.charCodeAt(0)]),
);

/** A byte that is not UTF-8 (path-bytes.ts), and characters that control a terminal or end the quotes. */
const QUOTED = /\ufdd0([89a-f][0-9a-f])|["\\\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * A path for a line of output, as git prints it: in quotes, in C style, where it has quotes, backslashes, characters that control a
 * terminal, or bytes that are not UTF-8 (git-config(1), core.quotePath). No two paths look the same.
 */
export function quotedPath(path: string): string {
  const escaped = path.replace(QUOTED, (char, byte: string | undefined) => {
    if (byte !== undefined) return octal(Number.parseInt(byte, 16));
    const letter = LETTERS[char];
    return letter === undefined ? Array.from(Buffer.from(char), octal).join("") : `\\${letter}`;
  });
  return escaped === path ? path : `"${escaped}"`;
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, "0")}`;
}

/** The path that git quoted, or did not need to quote. */
export function unquotedPath(quoted: string): string {
  if (!quoted.startsWith('"')) return quoted;
  const bytes = [...quoted.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gu)].flatMap(
    ([, digits, letter, plain]) => {
      if (digits !== undefined) return [Number.parseInt(digits, 8)];
      if (letter !== undefined) return [BYTES[letter] ?? letter.charCodeAt(0)];
      return [...Buffer.from(plain ?? "")];
    },
  );
  return pathText(Buffer.from(bytes));
}

/**
 * A path for JSON and for reports, which can hold any text: as it is, but for one that is not UTF-8, which is quoted as git does it. So
 * is one that begins with a quote, so that {@link unquotedPath} gives every path back.
 */
export function portablePath(path: string): string {
  return hasRawBytes(path) || path.startsWith('"') ? quotedPath(path) : path;
}
