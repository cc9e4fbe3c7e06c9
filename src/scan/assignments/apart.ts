import type { ScanInput } from "../scan-input.ts";
import type { ScanText } from "../scan-text.ts";
import { secretNameKind } from "../secret-name.ts";
import type { PlacedAssignment } from "./placed-value.ts";

/** An assignment whose value is in another line than its name. */
export interface DistantAssignment extends PlacedAssignment {
  /** Index of the line with the value. */
  readonly at: number;
}

/** A line that gives the name of a setting: `- name: X`, `"key": "X",`, `<key>X</key>`, `variable "X" {`. */
const NAMED =
  /^[\s{,[-]{0,60}(?:["']?(?:name|key|(?:secret|variable)_?name|variable|var|header|property|parameter(?:_?key|_?name)?|setting|env(?:_?name)?)["']?\s{0,24}[:=]\s{0,4}["']?\/?(?:[\w.-]{1,40}\/){0,6}(?<plain>[A-Za-z_][\w.-]{1,80})["']?|<(?:key|name|string)>(?<tagged>[A-Za-z_][\w. -]{1,80})<\/\w+>|<\w{1,20}\s[^<>]{0,80}?(?:name|key)="(?<attribute>[A-Za-z_][\w.-]{1,80})"[^<>]{0,80}>|(?:variable|output|parameter)\s{1,4}"(?<block>[A-Za-z_][\w-]{1,80})"\s{0,4}\{)[\s,]{0,8}$/i;
/** A line that opens an object of this name: `"X": {`, `X:`, `X = {`. */
const OPENED =
  /^[\s-]{0,60}["']?(?<name>[A-Za-z_][\w.-]{1,80})["']?\s{0,4}(?:[:=]\s{0,4}\{|:|=>\s{0,4}\[)\s{0,4}$/;
/** A line that gives its value. */
const VALUE =
  /^[\s{,[-]{0,60}["']?(?:value|default|(?:default|plain_?text|secret)_?value|content|parameter_?value|current_?value|initial_?value|string_?value|data)["']?\s{0,24}(?::|=>?)\s{0,4}(?:(?<quote>["'`])(?<quoted>[^"'`]{6,400})\k<quote>|(?<bare>[^\s"'`{[|>&*][^\s]{5,400}))[\s,}]{0,8}(?:#.{0,200})?$/i;
const TAGGED_VALUE =
  /^\s{0,60}<(?:string|value|data|stringProp name="Argument\.value")>\s{0,4}(?<quoted>[^<>\s]{6,400})\s{0,4}<\/\w+>/i;
/** The end of the object that names and values belong to. */
const BOUNDARY = /^\s{0,60}(?:[}\])]|-\s|<\/?dict)/;

/** How many lines a name and its value may be apart: a type, a description and a flag may come between. */
const REACH = 5;

/** The value that belongs to the name in a line, in one of the next lines or in the line before. */
export function distantAssignments({ text, kind }: ScanInput, at: number): DistantAssignment[] {
  const line = text.line(at);
  if (line.length > 400) return [];
  const named = NAMED.exec(line)?.groups;
  const opened = named ? undefined : OPENED.exec(line)?.groups;
  const name = named?.plain ?? named?.tagged ?? named?.attribute ?? named?.block ?? opened?.name;
  if (name === undefined || !secretNameKind(name) || (opened && isField(text, at))) return [];
  for (let next = at + 1; next <= at + REACH && text.followsPrevious(next); next++) {
    const found = valueIn(text.line(next), name, next, kind.bareValues);
    if (found) return [found];
    if (BOUNDARY.test(text.line(next))) break;
  }
  const before =
    named && text.followsPrevious(at) ? valueIn(text.line(at - 1), name, at - 1, kind.bareValues) : undefined;
  return before ? [before] : [];
}

/** What the field of a form has beside the value that it starts with. */
const OF_FIELD =
  /^\s{0,60}["']?(?:label|placeholder|errors?|validat\w{0,8}|touched|rules|helper_?text)["']?\s{0,4}:/i;

/** Whether a line opens the description of a field. */
function isField(text: ScanText, at: number): boolean {
  for (let next = at + 1; next <= at + REACH && text.followsPrevious(next); next++) {
    const line = text.line(next).slice(0, 200);
    if (OF_FIELD.test(line)) return true;
    if (BOUNDARY.test(line)) return false;
  }
  return false;
}

function valueIn(line: string, name: string, at: number, bareValues: boolean): DistantAssignment | undefined {
  if (line.length > 1000) return undefined;
  const { quoted, bare } = VALUE.exec(line)?.groups ?? TAGGED_VALUE.exec(line)?.groups ?? {};
  const value = quoted ?? (bareValues ? bare : undefined);
  if (value === undefined) return undefined;
  const start = line.lastIndexOf(value);
  return { name, value, at, start, end: start + value.length, quoted: quoted !== undefined };
}

/** A line that ends after a name and what joins it to a value. */
const UNFINISHED =
  /(?<![\w$-])(?<name>[A-Za-z_$@][\w$.-]{1,80})(?:["'`\]]{1,2})?(?:\s{0,4}:\s{0,4}[A-Za-z_&*][\w<>?&*' ]{0,30}|\s{1,4}(?:string|String|str|char\s?\*))?\s{0,20}(?:=>|:=|[:=])\s{0,4}(?:\(|\\|[|>][-+]?[0-9]?)?\s{0,4}$/;
/** What such a line, or one of {@link UNFINISHED_TAG}, ends with: quick to test, and most lines end otherwise. */
const UNFINISHED_END = /[=:>|(\\+\-0-9][ \t]{0,4}$/;
const UNFINISHED_TAG = /<(?<name>[A-Za-z_][\w.:-]{1,80})>\s{0,4}$/;
/** A line that is one literal. */
const LITERAL =
  /^\s{0,80}(?:[A-Za-z@$]{0,2})(?<quote>["'`])(?<value>[^"'`]{6,400})\k<quote>[\s;,)]{0,8}(?:\/\/.{0,100}|#.{0,100})?$/;
const BARE_LINE = /^\s{1,80}(?<value>[^\s"'`{[<>&*|-][^\s]{5,400})\s{0,8}$/;

/** The value in the line after the one that ends with a name. */
export function nextLineAssignments({ text, kind }: ScanInput, at: number): DistantAssignment[] {
  const line = text.line(at);
  if (line.length > 400 || !UNFINISHED_END.test(line.slice(-6)) || !text.followsPrevious(at + 1)) return [];
  const tag = UNFINISHED_TAG.exec(line)?.groups?.name;
  const name = tag ?? UNFINISHED.exec(line)?.groups?.name;
  if (name === undefined || !secretNameKind(name)) return [];
  const next = text.line(at + 1);
  if (next.length > 1000) return [];
  const literal =
    LITERAL.exec(next)?.groups?.value ??
    (tag === undefined ? undefined : TAGGED_VALUE.exec(next)?.groups?.quoted);
  const value =
    literal ?? (kind.bareValues || tag !== undefined ? BARE_LINE.exec(next)?.groups?.value : undefined);
  if (value === undefined || /^[\w-]+:$/.test(value)) return [];
  const start = next.indexOf(value);
  return [{ name, value, at: at + 1, start, end: start + value.length, quoted: literal !== undefined }];
}

/** The head of a function that returns a text: `func dbPassword() string {`, `def api_token():`. */
const FUNCTION_HEAD =
  /(?<![\w$])(?<name>[A-Za-z_$][\w$]{2,60})\s{0,2}\([^()]{0,120}\)[^={};()]{0,60}(?:\{|:|=>|=)\s{0,4}$/;
/** What such a line ends with. */
const HEAD_END = /[{:>=]\s{0,3}$/;
const RETURNED =
  /^\s{1,80}(?:return\s{1,4}|\?\?\s{0,4}|\|\|\s{0,4})?(?<quote>["'`])(?<value>[^"'`\s]{6,400})\k<quote>[\s;,)]{0,4}$/;

/** What a function returns whose name is that of a secret. */
export function returnedAssignments({ text }: ScanInput, at: number): DistantAssignment[] {
  const line = text.line(at);
  const mayBeHead = line.length <= 400 && HEAD_END.test(line.slice(-4)) && line.includes("(");
  const name = mayBeHead ? FUNCTION_HEAD.exec(line)?.groups?.name : undefined;
  if (name === undefined || !secretNameKind(name)) return [];
  for (let next = at + 1; next <= at + REACH && text.followsPrevious(next); next++) {
    const body = text.line(next).slice(0, 500);
    const value = RETURNED.exec(body)?.groups?.value;
    if (value !== undefined) {
      const start = body.indexOf(value);
      return [{ name, value, at: next, start, end: start + value.length, quoted: true }];
    }
    if (/^\S/.test(body)) break;
  }
  return [];
}

/** A script that waits until a program asks for a password. */
const PROMPT =
  /\b(?:read_?until|expect(?:_exact)?|wait_?for|read_?till)\b[^\n]{0,40}?["'][^"']{0,40}pass(?:word|phrase|code)?[^"']{0,10}["']/i;
const ANSWER =
  /^\s{0,60}[\w.]{0,40}(?:write|send|send_?line|put)s?\(\s{0,2}b?["'](?<value>[^"'\s\\]{6,100})(?:\\[rn]){0,2}["']/i;
/** In so many lines it answers. */
const SOON = 3;

/** What a script answers when it is asked for a password: `read_until(b"Password: ")`, then `write(b"…\n")`. */
export function promptedAssignments({ text }: ScanInput, at: number): DistantAssignment[] {
  const line = text.line(at);
  if (line.length > 400 || !PROMPT.test(line)) return [];
  for (let next = at + 1; next <= at + SOON && text.followsPrevious(next); next++) {
    const answer = text.line(next).slice(0, 400);
    const value = ANSWER.exec(answer)?.groups?.value;
    if (value === undefined) continue;
    const start = answer.indexOf(value);
    return [{ name: "password", value, at: next, start, end: start + value.length, quoted: true }];
  }
  return [];
}

/** How many accounts follow the name of the program that sets their passwords. */
const MAX_ACCOUNTS = 20;
const ACCOUNT = /^\s{0,40}(?:-\s{1,4})?["']?[a-z_][\w-]{0,31}:(?<password>[^\s"':$]{6,100})["']?\s{0,4}$/;
/** What may be between. */
const OF_CHPASSWD = /^\s{0,40}(?:list|expire|users)\s{0,2}:/;

/** The accounts that `chpasswd` reads, in a here-document and in the settings of cloud-init: `user:password`. */
export function accountAssignments({ text }: ScanInput, at: number): DistantAssignment[] {
  if (!text.line(at).slice(0, 400).includes("chpasswd")) return [];
  const found: DistantAssignment[] = [];
  for (let next = at + 1; next <= at + MAX_ACCOUNTS && text.followsPrevious(next); next++) {
    const line = text.line(next).slice(0, 400);
    const value = ACCOUNT.exec(line)?.groups?.password;
    if (value === undefined && OF_CHPASSWD.test(line)) continue;
    if (value === undefined) break;
    const start = line.lastIndexOf(value);
    found.push({ name: "password", value, at: next, start, end: start + value.length, quoted: false });
  }
  return found;
}
