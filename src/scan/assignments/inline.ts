import { withoutFtl } from "../../common/without-ftl.ts";
import type { FoundName } from "../secret-name.ts";
import {
  bareAt,
  escapedAt,
  literalAt,
  type PlacedAssignment,
  type PlacedValue,
  quotedAt,
  taggedAt,
} from "./placed-value.ts";
import { skip } from "./sticky.ts";

/** How values are written in a file. */
export interface Syntax {
  /** Values may be without quotes. */
  readonly bareValues: boolean;
}

/** What may close a name: its quote, a bracket. Then perhaps the attribute of its value: `key="a" value="b"`. */
const AFTER_NAME = /["'`\]}*]{0,3}(?:\[(?:[0-9A-Z_]{0,20}|"[\w-]{1,30}"|'[\w-]{1,30}')\])?/y;
const VALUE_ATTRIBUTE =
  /\)?[\s,;]{1,4}(?:\{\s{0,4})?(?:"?[\w:]{1,20}"?\s?[=:]\s?(?:"[^"]{0,40}"|\w{1,20})[\s,;]{1,4}){0,3}"?(?:(?:parameter_?|string_?|current_?|default_?|secret_?)?value|val|content|default|text)"?\s{0,2}[=:]\s{0,2}(?=["'`])/iy;
/** The value of a name in a map of YAML: `{name: db-password, value: …}`. */
const FLOW_VALUE = /,\s{1,2}value:\s{1,2}(?=[^\s"'{}[\]&*|>])/y;
/** A type between name and value: `: String =`, `string =`, `: &'static str =`, `As String =`, `{ get; set; } =`. */
const TYPE =
  /(?:\s{0,4}:\s{0,4}(?:[&*A-Za-z_][\w<>.&?'*[\] |]{0,40}?|\[\]const u8|&?\[u8; ?[0-9]{1,3}\])|\s{1,4}(?:string|String|str|char|text|&str|[Aa]s\s{1,4}\w{1,20})|\s{0,4}\{(?:\s{0,4}(?:(?:private|protected|internal)\s)?(?:get|set|init);){1,3}\s{0,4}\})\s{0,4}(?==[^=>])/y;
const JOINER = /\s{0,20}(?:===?|!==?|=>|:{1,3}=|\?=|\|\|=|\?\?=|[+.]=|::(?=\s)|[:=]|->|<-)\s{0,8}/y;
/** An object with nothing but the value: `"adminPassword": { "value": "…" }`. */
const ONLY_VALUE = /\{\s{0,4}["']?value["']?\s{0,2}[:=]\s{0,4}(?=["'])/iy;
/** A default after the value that a name stands for: `process.env.X || "…"`, `env::var("X").unwrap_or("…")`. */
const OTHERWISE =
  /["'`)\]}]{0,4}(?:\s{0,4}(?:\|\||\?\?|\?:|\/\/|or\b)\s{0,4}|\.(?:unwrap_or|orElse|getOrElse|or)(?:_else|Get)?\((?:\|_?\|\s?|\(\)\s?=>\s?)?|\)\s?\{\s?)(?=["'`])/y;
const CALL = /(?:\(\s{0,4}(?:value\s?=\s?)?|\{\s{0,2}(?=["']))/y;
/** A comparison, or text that is typed into a field: `password.equals("…")`. */
const METHOD_CALL = /\.\w{3,20}\(\s{0,4}(?=["'])/y;
/** The first part of a tuple of Erlang: `{password, "…"}`. */
const TUPLE = /(?:^|[\s,[(])\{$/;
/** A variable that a literal is compared with, or copied to: `strcmp(password, "…")`, `setopt(curl, CURLOPT_PASSWORD, "…")`. */
const NEXT_ARGUMENT = /\s{0,2},\s{0,4}(?:<<)?(?=["'])/y;
const TAKES_VARIABLE =
  /(?:setopt|set_?option|str\w{2,9}|equals?|compare\w{0,10}|memc\w\w|copy|assign)\s?\((?:[\w.&*>-]{1,40},\s{0,4})?[\w.&*>-]{0,20}$/i;
const ARGUMENT = /["'`]\s{0,2},\s{0,8}(?:default\w{0,8}\s{0,2}[=:]\s{0,2})?/y;
const TAG =
  /(?:\s?<\/\w{1,20}>\s{0,4}<\w{1,20}(?:\s[^<>]{0,80})?|(?:\s[^<>]{0,80})?)>\s{0,2}(?:<value>)?(?:(?=[^<>\s]{6,200}\s{0,2}<\/)|<!\[CDATA\[(?=[^<>\s]{6,200}\]\]>))/iy;
// No backticks: "pass `--strict`" in prose.
const SPACED = /[ \t]{1,8}(?=["'])/y;
/** Marks before a value: `&anchor` and `!!str` in YAML, the end of what is bold in Markdown. */
const MARKS = /(?:(?:&[\w-]{1,40}|!!\w{1,20}|!unsafe|\*{1,2})[ \t]{1,4}){1,2}/y;

/** Calls that take a name and its value, or its default. */
const SETTERS =
  /(?:^|[^A-Za-z])(?:put|set|set_?env|put_?env|set_?property|set_?header|add|add_?header|header|add_?property|set_?default|default|define|env|get_?env|get|get_?or_?default|fetch|config|property|with_?env|append|of|entry|pair|string|string_?var|secret|option|setting|const|param|arg|required|tuple|bind|register|value|or_?else|(?:set|add|put|get|with|insert|append|update|store|save|emplace|read|lookup|form|query|field|input|str|name_?value|key_?value|env)\w{0,24})\s{0,2}!?[(<]$/i;
/** The same with a section before the name: `set("db", "password", "…")`; and a flag of Go that sets a variable. */
const SECTION_SETTER =
  /\b(?:(?:set|put|add|write|store|update|save)\w{0,12}\(\s{0,2}["'][^"']{1,60}["']\s{0,2},|StringVar\(\s{0,2}&[\w.]{1,60}\s{0,2},)\s{0,2}["']$/i;
/** A row of names and values in a statement of SQL, and a pair in a list. */
const ROW_START =
  /(?:^\s{0,20}|\bvalues\s{0,4}|\)\s{0,4},\s{0,4})[([]\s{0,2}(?:(?:[0-9]{1,12}|null)\s{0,2},\s{0,2}){0,3}["']$/i;
/** Calls whose first argument is a type: `buildConfigField "String", "NAME", "…"`. */
const TYPED_SETTER = /\b(?:buildConfigField|resValue)[ (]{1,3}["']\w{1,20}["'],\s{0,2}["']$/;
/** Calls and lists of names and values in turn: `Map.of("user", "…", "password", "…")`. */
const IN_TURN =
  /(?:\b(?:map|dict|of|entries|hash|list|tuple|pairs?|args?|props|params?|fields|values|headers|credentials|options)\w{0,12}\s{0,2}!?[([{]|\[)\s{0,4}(?:["'][^"']{0,80}["']\s{0,2},\s{0,4}["'][^"']{0,80}["']\s{0,2},\s{0,4}){0,6}["']$/i;

/** A longer value is not the next name, as in `key = token = "…"`. */
const LONGEST_NAME = 80;

/** The assignments to some names in a line. */
export function inlineAssignments(
  text: string,
  names: readonly FoundName[],
  { bareValues }: Syntax,
): PlacedAssignment[] {
  const found: PlacedAssignment[] = [];
  const last = bareValues ? text.length : lastOfValues(text);
  let from = 0;
  for (const { name, start } of names) {
    if (start < from) continue;
    // Most names in code are followed by no value.
    if (start + name.length > last && !isDefined(text, start)) continue;
    const placed = valueAfter(text, start, start + name.length, bareValues);
    if (!placed) continue;
    found.push({ name, ...placed });
    if (placed.value.length > LONGEST_NAME) from = placed.end;
  }
  return found;
}

const LEFT =
  /^\s{0,40}(?:(?:const|let|var|my|local|final|val|auto)\s{1,4})?[([]?\s{0,2}(?<names>(?:[\w$@.]{1,60}\s{0,2},\s{0,2}){1,5}[\w$@.]{1,60})\s{0,2}[)\]]?\s{0,2}:?=\s{0,2}/;
const EACH_LITERAL = /(["'`])((?:(?!\1)[^\\]|\\.){0,400}?)\1|[^\s,"'`]{1,80}/g;

/** Several names that get their values in turn: `user, password = "…", "…"`. */
export function assignmentsInTurn(text: string): PlacedAssignment[] {
  const match = text.includes(",") && text.includes("=") ? LEFT.exec(text) : null;
  if (!match) return [];
  const names = (match.groups?.names ?? "").split(",").map((name) => name.trim());
  const found: PlacedAssignment[] = [];
  let index = 0;
  for (const literal of text.slice(match[0].length, match[0].length + 1000).matchAll(EACH_LITERAL)) {
    const name = names[index++];
    const value = literal[2];
    if (name === undefined) break;
    if (value === undefined) continue;
    const start = match[0].length + literal.index + 1;
    found.push({ name, value, start, end: start + value.length, quoted: true });
  }
  return found;
}

/** What is in or before every value in code, but for one that a definition gives to a name: a quote, the end of a tag, `%q`. */
const OF_VALUE = ['"', "'", "`", ">", "%"] as const;

function lastOfValues(text: string): number {
  return Math.max(...OF_VALUE.map((sign) => text.lastIndexOf(sign)));
}

function valueAfter(
  text: string,
  start: number,
  afterName: number,
  bareValues: boolean,
): PlacedValue | undefined {
  // `${NAME:-default}` and its relatives: see expansionDefaults.
  if (text[start - 1] === "{" && text[start - 2] === "$" && text[afterName] === ":") return undefined;
  const closed = skip(AFTER_NAME, text, afterName);
  const method = skip(METHOD_CALL, text, afterName);
  if (method > afterName) return quotedAt(text, method, false);
  const attribute = skip(VALUE_ATTRIBUTE, text, closed);
  if (attribute > closed) return quotedAt(text, attribute, false);
  const pair = bareValues ? skip(FLOW_VALUE, text, closed) : closed;
  if (pair > closed) return bareAt(text, pair, false);
  const tag = skip(TAG, text, closed);
  if (tag > closed) return taggedAt(text, tag);
  const called = skip(CALL, text, closed);
  if (called > closed) return closed === afterName ? calledAt(text, start, called) : undefined;
  const argument = skip(ARGUMENT, text, afterName);
  if (argument > afterName) {
    if (TYPED_SETTER.test(text.slice(Math.max(0, start - 60), start))) return escapedAt(text, argument);
    if (SECTION_SETTER.test(text.slice(Math.max(0, start - 90), start)))
      return quotedAt(text, argument, false);
    if (ROW_START.test(text.slice(Math.max(0, start - 60), start))) return quotedAt(text, argument, false);
    if (isSetter(text, start)) return literalAt(text, argument, true);
    return IN_TURN.test(text.slice(Math.max(0, start - 200), start))
      ? quotedAt(text, argument, true)
      : undefined;
  }
  const variable = skip(NEXT_ARGUMENT, text, afterName);
  if (variable > afterName) {
    const before = text.slice(Math.max(0, start - 90), start);
    return TAKES_VARIABLE.test(before) || TUPLE.test(before) ? quotedAt(text, variable, false) : undefined;
  }
  const otherwise = skip(OTHERWISE, text, afterName);
  if (otherwise > afterName) return quotedAt(text, otherwise, false);
  const joined = skip(JOINER, text, skip(TYPE, text, closed));
  if (joined > closed && text.slice(closed, joined).trim() !== "") {
    const inside = skip(ONLY_VALUE, text, joined);
    if (inside > joined) return ofForm(text, inside) ? undefined : quotedAt(text, inside, false);
    const from = bareValues ? skip(MARKS, text, joined) : joined;
    return (
      literalAt(text, from, false) ?? bareAfter(text, start, text.slice(closed, joined), from, bareValues)
    );
  }
  return spacedAt(text, start, closed, bareValues);
}

/** What the field of a form has beside the value that it starts with. */
const FORM =
  /[,;]\s{0,4}["']?(?:label|placeholder|required|errors?|valid\w{0,10}|touched|rules|hint|helper_?text)\b/i;

/** Such an object in code, with the short text that a form starts with: templates have quotes, and passwords are longer. */
const SHORT_IN_CODE = /\{\s{0,4}value:\s{0,4}["'][^"']{0,9}["']$/i;

function ofForm(text: string, from: number): boolean {
  const object = text.slice(from, from + 200).split("}", 1)[0] ?? "";
  return FORM.test(object) || SHORT_IN_CODE.test(text.slice(Math.max(0, from - 20), from) + object.trimEnd());
}

/** Names of functions that take the secret itself. */
const TAKES_SECRET = /^(?:set|with|add|use)|^[a-z]+$/;

function calledAt(text: string, start: number, from: number): PlacedValue | undefined {
  const name = text.slice(start, from).replace(/.*[.:]/, "");
  return quotedAt(text, from, !TAKES_SECRET.test(name.replace(/\W+$/, "")));
}

/** Before a name that is followed by a blank and its value: a definition in C, Clojure or a shell, or a line of a setting. */
const DEFINES =
  /^\s{0,40}(?:#\s{0,4}define|\\set|\(def\w{0,10}|\(setq|ENV|ARG|set|setx|setenv|SetEnv|set -\w{1,4}|sentinel|user|enable)[ \t]{1,8}$/;
/** A line of a builder in Groovy or Ruby: `keyPassword "…"`. */
const STATEMENT = /^\s{0,60}[A-Za-z_]\w{1,60}[ \t]{1,8}["'][^"']{1,200}["'][;,]?\s{0,4}$/;
const BARE_SPACED = /[ \t]{1,8}(?:mymaster[ \t]{1,8})?(?=[^\s"'`=:({[<>]\S{5,200}\s{0,8}$)/y;

/** More than {@link DEFINES} matches: it is not tested on all that is before each name of a long line. */
const DEFINES_REACH = 80;

function isDefined(text: string, start: number): boolean {
  return start <= DEFINES_REACH && DEFINES.test(text.slice(0, start));
}

function spacedAt(text: string, start: number, closed: number, bareValues: boolean): PlacedValue | undefined {
  const defines = isDefined(text, start);
  const isFirst = text.search(/\S/) >= start;
  const alone = isFirst && STATEMENT.test(text);
  // A keyword of Clojure: `:password "…"`.
  const isKeyword = text[start - 1] === ":";
  if (!bareValues && !defines && !alone && !isKeyword) return undefined;
  const quoted = skip(SPACED, text, closed);
  if (quoted > closed) return quotedAt(text, quoted, false);
  if (!defines && !isFirst) return undefined;
  const from = skip(BARE_SPACED, text, closed);
  const value = from > closed ? text.slice(from).trimEnd() : "";
  return value === "" ? undefined : { value, start: from, end: from + value.length, quoted: false };
}

/** A value without quotes, in configuration, or in a string as a whole: `"DB_PASSWORD=…"`. */
function bareAfter(
  text: string,
  start: number,
  joiner: string,
  joined: number,
  bareValues: boolean,
): PlacedValue | undefined {
  const quote = text[start - 1] ?? "";
  if (/^(?:=|: )$/.test(joiner) && (quote === '"' || quote === "'" || quote === "`")) {
    const end = text.indexOf(quote, joined);
    // Up to the next setting of the same text: `"PASSWORD=…\nPORT=1"`.
    const value = end === -1 ? "" : (text.slice(joined, end).split(/\\[nrt]| (?=[\w.-]{1,40}=)/, 1)[0] ?? "");
    return /^\S{6,200}$/.test(value)
      ? { value, start: joined, end: joined + value.length, quoted: true }
      : undefined;
  }
  return bareValues ? bareAt(text, joined, joiner === "=") : undefined;
}

/** Whether the name is the first argument of a call that sets or gets what has this name. */
function isSetter(text: string, start: number): boolean {
  return SETTERS.test(text.slice(Math.max(0, start - 40), start - 1).trimEnd());
}

withoutFtl(inlineAssignments, valueAfter);
