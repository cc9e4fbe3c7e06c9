import type { Assignment } from "./judge.ts";
import { matchAt, skip } from "./sticky.ts";

/** An assignment, and where its value is in its line. */
export interface PlacedAssignment extends Assignment {
  readonly start: number;
  readonly end: number;
}

/** A value, and where it is. */
export type PlacedValue = Omit<PlacedAssignment, "name">;

/** What may be around a literal: `new Secret(`, `b`, `[]byte(`, `@`. */
const WRAPPER =
  /(?:(?:new |await |return )?[A-Za-z_$&*[\]][\w.$:!<>&*[\]]{0,50}\(\s{0,2}){1,3}(?:default\s?=\s?|\{\s{0,2}default\s{0,2}:\s{0,2})?(?=[A-Za-z@$]{0,2}["'`])/y;
/** A schema whose last call gives the default: `z.string().min(8).default("…")`. */
const SCHEMA_DEFAULT = /[A-Za-z_]\w{0,20}(?:\.\w{1,30}\([^"'`()\n]{0,60}\)){1,6}\.default\(\s{0,2}(?=["'`])/y;
const PREFIX = /(?:[A-Za-z]{1,2}|[@$]{1,2}|&|r#{1,3})?(?=["'`])/y;
/** Wrappers that leave the text what it is. */
const TRANSPARENT =
  /(?:^|[.:\s*(])(?:str(?:ing)?|from|of|new|bytes?|\[\]byte|Some|Just|secret(?:str|string|value)?|securestring|sensitive|to_string|text|password|passphrase|use(?:State|Ref)|ref|signal|field|GetBytes|StringLiteral|literal|quote|ssmSecure|unsafePlainText|wrap)\(\s{0,2}(?:default\s?=\s?|\{\s{0,2}default\s{0,2}:\s{0,2})?$/i;
/** A value that depends on a condition: `prod ? load() : "…"`. */
const CONDITION =
  /(?:[^"'`;?{}]|\(["'][\w.-]{1,40}["']\)){1,80}\?\s{0,4}(?:(?:[^"'`;:{}]|\(["'][\w.-]{1,40}["']\)){1,60}:\s{0,4}|["'][^"']{0,5}["']\s{0,2}:\s{0,4})?(?=["'`])/y;
/** Text in Ruby without quotes: `%q(…)`. */
const PERCENT = /%[qQ]?[({[<](?<text>[^\s(){}[\]<>]{6,200})[)}\]>]/y;
/** An expression with a literal as its default: `process.env.X || "…"`, `os.getenv("X") or '…'`. */
const FALLBACK =
  /[A-Za-z_$(][\w$.:()[\]"' -]{0,80}?\s{0,2}(?:\|\||\?\?|\?:|\bor\b|\belse\b)\s{0,4}[bru]?(?=["'`])/y;
/** As far as {@link FALLBACK} goes. */
const FALLBACK_REACH = 100;
const OPERATOR = /\|\||\?\?|\?:|\bor\b|\belse\b/;

/**
 * The value of an expression that starts at a position: a literal, perhaps wrapped, or the literal that it ends with.
 * @param inArguments of a call, where a further call is another argument
 */
export function literalAt(text: string, from: number, inArguments: boolean): PlacedValue | undefined {
  const direct = quotedAt(text, skip(PREFIX, text, from), false);
  if (direct) return direct;
  const chosen = text.slice(from, from + FALLBACK_REACH).includes("?") ? skip(CONDITION, text, from) : from;
  if (chosen > from) return quotedAt(text, chosen, false);
  const schema = skip(SCHEMA_DEFAULT, text, from);
  if (schema > from) return quotedAt(text, schema, false);
  const wrapped = skip(WRAPPER, text, from);
  if (wrapped > from && !inArguments) {
    return quotedAt(text, skip(PREFIX, text, wrapped), !TRANSPARENT.test(text.slice(from, wrapped)));
  }
  const percent = matchAt(PERCENT, text, from)?.groups?.text;
  if (percent !== undefined) {
    const start = text.indexOf(percent, from);
    return { value: percent, start, end: start + percent.length, quoted: true };
  }
  const fallback = OPERATOR.test(text.slice(from, from + FALLBACK_REACH)) ? skip(FALLBACK, text, from) : from;
  return fallback > from ? quotedAt(text, fallback, false) : undefined;
}

const QUOTED = /(["'`])((?:(?!\1)[^\\]|\\.){1,4000}?)\1/y;
const TRIPLE = /("""|''')([^"'\\]{1,4000}?)\1/y;
/** The next part of a text that is put together: `"abc" + "def"`. */
const NEXT_PART = /\s{0,4}(?:\+|\.|\.\.|<>|&|~)?\s{0,4}(["'`])((?:(?!\1)[^\\\s]|\\.){1,400}?)\1/y;

/**
 * The text in quotes at a position, with its next part where it is put together of several.
 * @param inCall whether it is the argument of a call that may do anything with it
 */
export function quotedAt(text: string, from: number, inCall: boolean): PlacedValue | undefined {
  const match = matchAt(TRIPLE, text, from) ?? matchAt(QUOTED, text, from);
  const value = match?.[2];
  if (!match || value === undefined) return undefined;
  const start = from + (match[1]?.length ?? 0);
  const part = matchAt(NEXT_PART, text, from + match[0].length);
  if (part && /[+.~&<]/.test(part[0].slice(0, part[0].indexOf(part[1] ?? ""))))
    return {
      value: value + (part[2] ?? ""),
      start,
      end: from + match[0].length + part[0].length - 1,
      quoted: true,
      inCall,
    };
  return { value, start, end: start + value.length, quoted: true, inCall };
}

/** Text with quotes of its own: `"\"…\""`. */
export function escapedAt(text: string, from: number): PlacedValue | undefined {
  const value = /^["']\\?["']?(?<value>[^"'\s\\]{6,400})/.exec(text.slice(from, from + 410))?.groups?.value;
  if (value === undefined) return undefined;
  const start = text.indexOf(value, from);
  return { value, start, end: start + value.length, quoted: true };
}

const BARE = /[^\s"'`<>][^\s]{5,4000}/y;
/** What may follow a value without quotes: the end of the line, a comment or another assignment. Otherwise it is prose. */
const AFTER_BARE =
  /\s{0,20}(?:$|#|\/\/|;|&&|\||\\\s{0,4}$|,|<\/|--|\*\/|[)}\]]|>|\\n|["'`]|[A-Za-z_][\w.-]{0,60}[=:])/y;
/** Quotes, brackets and further settings that follow a value without quotes. */
const NOT_VALUE = /(?:[,;]+|(?<=\w)(?:\\n|["'`)\]}]|<\/).*|[;&,][\w .-]{1,30}=.*|["'`]+)$/;

/**
 * A value without quotes.
 * @param asInShell joined by `=` alone: a blank ends the value, and anything may follow
 */
export function bareAt(text: string, from: number, asInShell: boolean): PlacedValue | undefined {
  const match = matchAt(BARE, text, from)?.[0];
  if (match === undefined) return undefined;
  const value = match.replace(NOT_VALUE, "").replace(/[,;]+$/, "");
  const end = from + value.length;
  if (value.length < 6 || (!asInShell && matchAt(AFTER_BARE, text, end) === null)) return undefined;
  return { value, start: from, end, quoted: false };
}

/** The text between two tags. */
export function taggedAt(text: string, from: number): PlacedValue | undefined {
  const value = /^[^<>\s]{6,200}/.exec(text.slice(from, from + 201))?.[0];
  return value === undefined ? undefined : { value, start: from, end: from + value.length, quoted: true };
}
