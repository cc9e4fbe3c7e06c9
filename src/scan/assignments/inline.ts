import type { FoundName } from "../secret-name.ts";
import type { Assignment } from "./judge.ts";

/** An assignment, and where its value is in its line. */
export interface PlacedAssignment extends Assignment {
  readonly start: number;
  readonly end: number;
}

/** How values are written in a file. */
export interface Syntax {
  /** Values may be without quotes. */
  readonly bareValues: boolean;
}

/** What may close a name: its quote, a bracket. Then perhaps the attribute of its value: `key="a" value="b"`. */
const AFTER_NAME = /["'`\]]{0,3}/y;
const VALUE_ATTRIBUTE =
  /\)?[\s,;]{1,4}(?:\{\s{0,4})?(?:[\w:]{1,12}\s?=\s?(?:"[^"]{0,40}"|\w{1,20})[\s,;]{1,4}){0,3}"?(?:value|val|content|default)"?\s{0,2}[=:]\s{0,2}(?=["'`])/iy;
/** A type between name and value: `: String =`, `string =`, `: &'static str =`. */
const TYPE =
  /(?:\s{0,4}:\s{0,4}[&*A-Za-z_][\w<>.&?'*[\] |]{0,40}?|\s{1,4}(?:string|String|str|char|text|&str))\s{0,4}(?==[^=>])/y;
const JOINER = /\s{0,20}(?:===?|!==?|=>|:{1,3}=|\?=|\|\|=|\?\?=|[+.]=|[:=]|->)\s{0,8}/y;
const CALL = /\(\s{0,4}/y;
const ARGUMENT = /["'`]\s{0,2},\s{0,8}(?:default\w{0,8}\s{0,2}[=:]\s{0,2})?/y;
const TAG =
  /(?:<\/\w{1,20}>\s{0,4}<\w{1,20}|(?:\s[^<>]{0,80})?)>\s{0,2}(?:<value>)?(?=[^<>\s]{6,200}\s{0,2}<\/)/iy;
// No backticks: "pass `--strict`" in prose.
const SPACED = /[ \t]{1,8}(?=["'])/y;
/** What may be around a literal: `new Secret(`, `b`, `[]byte(`, `@`. */
const WRAPPER =
  /(?:(?:new |await |return )?[A-Za-z_$&*[\]][\w.$:!<>&*[\]]{0,50}\(\s{0,2}){1,3}(?=[A-Za-z@$]{0,2}["'`])/y;
const PREFIX = /(?:[A-Za-z]{1,2}|[@$]{1,2}|&)?(?=["'`])/y;
/** An expression with a literal as its default: `process.env.X || "…"`, `os.getenv("X") or '…'`. */
const FALLBACK =
  /[A-Za-z_$(][\w$.:()[\]"' -]{0,80}?\s{0,2}(?:\|\||\?\?|\?:|\bor\b|\belse\b)\s{0,4}[bru]?(?=["'`])/y;
/** As far as {@link FALLBACK} goes. */
const FALLBACK_REACH = 100;
const OPERATOR = /\|\||\?\?|\?:|\bor\b|\belse\b/;
const QUOTED = /(["'`])((?:(?!\1)[^\\]|\\.){1,4000}?)\1/y;
const TRIPLE = /("""|''')([^"'\\]{1,4000}?)\1/y;
const BARE = /[^\s"'`<>][^\s]{5,4000}/y;
/** What may follow a value without quotes: the end of the line, a comment or another assignment. Otherwise it is prose. */
const AFTER_BARE =
  /\s{0,20}(?:$|#|\/\/|;|&&|\||\\\s{0,4}$|,|<\/|--|[)}\]]|>|\\n|["'`]|[A-Za-z_][\w.-]{0,60}[=:])/y;

/** Calls that take a name and its value, or its default. */
const SETTERS =
  /(?:^|[^A-Za-z])(?:put|set|set_?env|put_?env|set_?property|set_?header|add|add_?header|header|add_?property|set_?default|default|define|env|get_?env|get|get_?or_?default|fetch|config|property|with_?env|append|of|entry|pair|string|string_?var|secret|option|setting|const|param|arg|required|tuple|bind|register|value)\s{0,2}!?[(<]$/i;

/** A longer value is not the next name, as in `key = token = "…"`. */
const LONGEST_NAME = 80;

/** The assignments to some names in a line. */
export function inlineAssignments(
  text: string,
  names: readonly FoundName[],
  { bareValues }: Syntax,
): PlacedAssignment[] {
  const found: PlacedAssignment[] = [];
  let from = 0;
  for (const { name, start } of names) {
    if (start < from) continue;
    const placed = valueAfter(text, start, start + name.length, bareValues);
    if (!placed) continue;
    found.push({ name, ...placed });
    if (placed.value.length > LONGEST_NAME) from = placed.end;
  }
  return found;
}

type Value = Omit<PlacedAssignment, "name">;

function valueAfter(text: string, start: number, afterName: number, bareValues: boolean): Value | undefined {
  const closed = skip(AFTER_NAME, text, afterName);
  const attribute = skip(VALUE_ATTRIBUTE, text, closed);
  if (attribute > closed) return quotedAt(text, attribute, false);
  const tag = skip(TAG, text, closed);
  if (tag > closed) return taggedAt(text, tag);
  const called = skip(CALL, text, closed);
  if (called > closed) return closed === afterName ? calledAt(text, start, called) : undefined;
  const argument = skip(ARGUMENT, text, afterName);
  if (argument > afterName) return isSetter(text, start) ? literalAt(text, argument, true) : undefined;
  const joined = skip(JOINER, text, skip(TYPE, text, closed));
  if (joined > closed && text.slice(closed, joined).trim() !== "") {
    return literalAt(text, joined, false) ?? bareAfter(text, start, closed, joined, bareValues);
  }
  return spacedAt(text, start, closed, bareValues);
}

/** Names of functions that take the secret itself. */
const TAKES_SECRET = /^(?:set|with|add|use)|^[a-z]+$/;

function calledAt(text: string, start: number, from: number): Value | undefined {
  const name = text.slice(start, from).replace(/.*[.:]/, "");
  return quotedAt(text, from, !TAKES_SECRET.test(name.replace(/\W+$/, "")));
}

/** Before a name that is followed by a blank and its value: a definition in C, Clojure or a shell, or a line of a setting. */
const DEFINES =
  /^\s{0,40}(?:#\s{0,4}define|\(def\w{0,10}|\(setq|ENV|ARG|set|setx|setenv|SetEnv|set -\w{1,4}|sentinel|user|enable)[ \t]{1,8}$/;
/** A line of a builder in Groovy or Ruby: `keyPassword "…"`. */
const STATEMENT = /^\s{0,60}[A-Za-z_]\w{1,60}[ \t]{1,8}["'][^"']{1,200}["'][;,]?\s{0,4}$/;
const BARE_SPACED = /[ \t]{1,8}(?:mymaster[ \t]{1,8})?(?=[^\s"'`=:({[<>]\S{5,200}\s{0,8}$)/y;

function spacedAt(text: string, start: number, closed: number, bareValues: boolean): Value | undefined {
  const defines = DEFINES.test(text.slice(0, start));
  const alone = STATEMENT.test(text) && text.slice(0, start).trim() === "";
  // A keyword of Clojure: `:password "…"`.
  const isKeyword = text[start - 1] === ":";
  if (!bareValues && !defines && !alone && !isKeyword) return undefined;
  const quoted = skip(SPACED, text, closed);
  if (quoted > closed) return quotedAt(text, quoted, false);
  if (!defines && text.slice(0, start).trim() !== "") return undefined;
  const from = skip(BARE_SPACED, text, closed);
  const value = from > closed ? text.slice(from).trimEnd() : "";
  return value === "" ? undefined : { value, start: from, end: from + value.length, quoted: false };
}

/** A value without quotes, in configuration, or in a string as a whole: `"DB_PASSWORD=…"`. */
function bareAfter(
  text: string,
  start: number,
  closed: number,
  joined: number,
  bareValues: boolean,
): Value | undefined {
  const quote = text[start - 1] ?? "";
  const joiner = text.slice(closed, joined);
  if (joiner === "=" && (quote === '"' || quote === "'" || quote === "`")) {
    const end = text.indexOf(quote, joined);
    const value = end === -1 ? "" : text.slice(joined, end);
    return /^\S{6,200}$/.test(value) ? { value, start: joined, end, quoted: true } : undefined;
  }
  return bareValues ? bareAt(text, joined, joiner === "=") : undefined;
}

/** Whether the name is the first argument of a call that sets or gets what has this name. */
function isSetter(text: string, start: number): boolean {
  return SETTERS.test(text.slice(Math.max(0, start - 40), start - 1).trimEnd());
}

function literalAt(text: string, from: number, inArguments: boolean): Value | undefined {
  const direct = quotedAt(text, skip(PREFIX, text, from), false);
  if (direct) return direct;
  const wrapped = skip(WRAPPER, text, from);
  if (wrapped > from && !inArguments) return quotedAt(text, skip(PREFIX, text, wrapped), true);
  const fallback = OPERATOR.test(text.slice(from, from + FALLBACK_REACH)) ? skip(FALLBACK, text, from) : from;
  return fallback > from ? quotedAt(text, fallback, false) : undefined;
}

function quotedAt(text: string, from: number, inCall: boolean): Value | undefined {
  const match = at(TRIPLE, text, from) ?? at(QUOTED, text, from);
  const value = match?.[2];
  if (!match || value === undefined) return undefined;
  const start = from + (match[1]?.length ?? 0);
  return { value, start, end: start + value.length, quoted: true, inCall };
}

/** Quotes, brackets and further settings that follow a value without quotes. */
const NOT_VALUE = /(?:[,;]+|(?<=\w)(?:\\n|["'`)\]}]|<\/).*|[;&][\w .-]{1,30}=.*|["'`]+)$/;

/** @param asInShell joined by `=` alone: a blank ends the value, and anything may follow */
function bareAt(text: string, from: number, asInShell: boolean): Value | undefined {
  const match = at(BARE, text, from)?.[0];
  if (match === undefined) return undefined;
  const value = match.replace(NOT_VALUE, "").replace(/[,;]+$/, "");
  const end = from + value.length;
  if (value.length < 6 || (!asInShell && at(AFTER_BARE, text, end) === null)) return undefined;
  return { value, start: from, end, quoted: false };
}

function taggedAt(text: string, from: number): Value | undefined {
  const value = /^[^<>\s]{6,200}/.exec(text.slice(from, from + 201))?.[0];
  return value === undefined ? undefined : { value, start: from, end: from + value.length, quoted: true };
}

/** Where a sticky pattern ends that matches at a position, or the position. */
function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

function at(pattern: RegExp, text: string, from: number): RegExpExecArray | null {
  pattern.lastIndex = from;
  return pattern.exec(text);
}
