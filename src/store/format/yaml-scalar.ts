import { codePoints } from "../../common/code-points.ts";
import { isPrintableAscii } from "../../common/terminal-safe.ts";

/**
 * How scalars are written in a store. FORMAT.md, "Written style", follows the YAML library of the Python program
 * (ruamel.yaml, YAML 1.2). Its rules are implemented here, and the tests compare with that library's output.
 */

/** The line width in code points after which text is folded. */
const WIDTH = 100;

/** Plain scalars that YAML reads as null, boolean, number, date or merge key instead of text. */
export const NOT_A_STRING = [
  /^(?:~|null|Null|NULL|)$/,
  /^(?:true|True|TRUE|false|False|FALSE)$/,
  /^(?=[-+0-9])[-+]?(?:0b[01_]+|0o?[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)$/,
  /^[-+]?[0-9][0-9_]*(?:\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)$/,
  /^[-+]?\.(?:[0-9_]+(?:[eE][-+][0-9]+)?|inf|Inf|INF)$/,
  /^\.(?:nan|NaN|NAN)$/,
  /^\d{4}-\d\d-\d\d$/,
  /^\d{4}-\d\d?-\d\d?(?:[Tt]|[ \t]+)\d\d?:\d\d:\d\d(?:\.\d*)?(?:[ \t]*(?:Z|[-+]\d\d?(?::\d\d)?))?$/,
  /^(?:<<|=)$/,
];

/** A quick check: text that does not match cannot match {@link NOT_A_STRING}. */
const MAY_NOT_BE_A_STRING = /^(?:[-+.\d~<=]|[nN](?:ull|ULL)$|[tTfF](?:rue|RUE|alse|ALSE)$|$)/;

/** Most names: no character is special in YAML. */
const ORDINARY = /^[A-Za-z][-A-Za-z0-9_@.+/]*$/;

const ORDINARY_INSIDE = /^[-A-Za-z0-9_@.+/]*$/;

const FORBIDDEN_START = /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[-?:](?: |$))/;
const FORBIDDEN_INSIDE = /: |:$| #|^ | $/;
const NOT_PRINTABLE =
  /[^\n\x20-\x7e\u{a0}-\u{2027}\u{202a}-\u{d7ff}\u{e000}-\u{fefe}\u{ff00}-\u{fffd}\u{10000}-\u{10ffff}]/u;

/**
 * Nothing in {@link NOT_A_STRING} has two signs in a row, but every entry of the audit log has: it begins with a digit,
 * so all of these would be compiled for it, 0.6 ms in a short command.
 */
const ONLY_IN_STRINGS = "--";

/** Whether YAML 1.2 reads this text as a string without quotes, not as a number, date or `null`. */
export function plainIsString(text: string): boolean {
  if (text.includes(ONLY_IN_STRINGS)) return true;
  return !MAY_NOT_BE_A_STRING.test(text) || !NOT_A_STRING.some((form) => form.test(text));
}

/**
 * Whether a scalar is written as it is if this text follows some letters and a hyphen: `secret-` and any such text is
 * no number, date or word that YAML reads as something else.
 */
export function isOrdinaryInside(text: string): boolean {
  return ORDINARY_INSIDE.test(text);
}

/** Writes a scalar on one line, such as a key. */
export function writeScalar(text: string): string {
  return write(text, Number.POSITIVE_INFINITY, 0, "");
}

/**
 * Writes a scalar, folded at {@link WIDTH}.
 *
 * @param column number of code points already on the line
 * @param indent the start of each further line
 */
export function writeFoldedScalar(text: string, column: number, indent: string): string {
  return write(text, WIDTH, column, indent);
}

function write(text: string, width: number, column: number, indent: string): string {
  switch (chooseStyle(text)) {
    case "plain":
      return text.length + column <= width ? text : foldWords(text, width, column, indent);
    case "single":
      return `'${foldWords(text.replaceAll("'", "''"), width, column + 1, indent)}'`;
    case "double":
      return writeDoubleQuoted(text, width, column, indent);
  }
}

function chooseStyle(text: string): "plain" | "single" | "double" {
  if (ORDINARY.test(text) && plainIsString(text)) return "plain";
  if (!isPrintableAscii(text) && (NOT_PRINTABLE.test(text) || text.includes("\n"))) return "double";
  if (!FORBIDDEN_START.test(text) && !FORBIDDEN_INSIDE.test(text) && plainIsString(text)) return "plain";
  return text.includes("'") ? "double" : "single";
}

/** Folds at a single space between two words if the line is over the width. Longer runs of spaces are kept. */
function foldWords(text: string, width: number, column: number, indent: string): string {
  if (isPrintableAscii(text)) return foldAscii(text, width, column, indent);
  let out = "";
  let current = column;
  const parts = text.split(/( +)/);
  for (const [index, part] of parts.entries()) {
    const betweenWords = index % 2 === 1 && parts[index - 1] !== "" && parts[index + 1] !== "";
    if (betweenWords && part === " " && current > width) {
      out += `\n${indent}`;
      current = indent.length;
    } else {
      out += part;
      current += codePoints(part);
    }
  }
  return out;
}

/** The same for ASCII, without parts: every entry of an audit log is folded. */
function foldAscii(text: string, width: number, column: number, indent: string): string {
  let out = "";
  let start = 0;
  let space = text.indexOf(" ", width - column + 1);
  while (space !== -1) {
    if (isBetweenWords(text, space)) {
      out += `${text.slice(start, space)}\n${indent}`;
      start = space + 1;
      space = text.indexOf(" ", start + width - indent.length + 1);
    } else space = text.indexOf(" ", space + 1);
  }
  return out + text.slice(start);
}

/** Whether a space is alone between two words. */
function isBetweenWords(text: string, space: number): boolean {
  const [before, after] = [text[space - 1], text[space + 1]];
  return before !== undefined && before !== " " && after !== undefined && after !== " ";
}

const ESCAPES = new Map([
  ["\0", "0"],
  ["\x07", "a"],
  ["\b", "b"],
  ["\t", "t"],
  ["\n", "n"],
  ["\v", "v"],
  ["\f", "f"],
  ["\r", "r"],
  ["\x1b", "e"],
  ['"', '"'],
  ["\\", "\\"],
  ["\x85", "N"],
  ["\xa0", "_"],
  ["\u2028", "L"],
  ["\u2029", "P"],
]);

function writeDoubleQuoted(text: string, width: number, column: number, indent: string): string {
  const chars = [...text];
  let out = '"';
  let current = column + 1;
  const emit = (piece: string): void => {
    out += piece;
    current += codePoints(piece);
  };
  const breakLine = (next: string | undefined): void => {
    out += `\\\n${indent}`;
    current = indent.length;
    if (next === " ") emit("\\");
  };
  let afterEscape = false;
  for (const [index, char] of chars.entries()) {
    const inside = index > 0 && index < chars.length - 1;
    const escaped = escapeChar(char);
    if (escaped !== undefined) {
      emit(escaped);
      if (inside && current > width + 1) breakLine(chars[index + 1]);
    } else {
      if (inside && (char === " " || afterEscape) && current > width) breakLine(char);
      emit(char);
    }
    afterEscape = escaped !== undefined;
  }
  return `${out}"`;
}

function escapeChar(char: string): string | undefined {
  const code = char.codePointAt(0) ?? 0;
  const plain = char !== '"' && char !== "\\" && !NOT_PRINTABLE.test(char) && char !== "\n" && code <= 0xffff;
  if (plain) return undefined;
  const letter = ESCAPES.get(char);
  if (letter !== undefined) return `\\${letter}`;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
