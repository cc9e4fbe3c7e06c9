import { isDrawn, isStrong, looksChosen } from "../chosen-password.ts";
import type { Detector } from "../detector.ts";
import { looksGenerated, looksRandom } from "../entropy.ts";
import { type Hit, RANK } from "../finding.ts";
import type { Example } from "../path-kind.ts";
import { isDisguisedWord, isPlaceholder } from "../placeholder.ts";
import { hasProgramWord } from "../program-words.ts";
import { exampleOf, type ScanInput } from "../scan-input.ts";
import { secretNameKind } from "../secret-name.ts";
import { judgeKind, PASSWORD_RULE } from "./judge.ts";

/** More accounts than a person lists in a program. */
const MAX_ACCOUNTS = 20;

/** A line that opens a list of accounts: `users = {`, `CREDENTIALS = [`, `gin.Accounts{`, `passwords:`. */
const OPENS =
  /(?:^|[\s.({,])["']?(?:[a-z]{1,20}_){0,3}(?<owner>users|accounts|logins|passwords|passwds|credentials|creds)["']?\s{0,4}(?:(?::?=|=>|:|\()\s{0,4}(?:new\s{1,4})?[\w.<>[\], ]{0,40}[{[(]{1,2}|[{[(]|:)\s{0,4}$/i;
/** `"alice": "…",`, in YAML also without quotes. */
const ENTRY =
  /^\s{1,60}["']?(?<user>[A-Za-z_][\w.@+-]{0,60})["']?\s{0,4}(?::|=>|=)\s{0,4}(?:(?<quote>["'`])(?<quoted>[^"'`\s]{6,120})\k<quote>,?|(?<bare>[^\s"'`{}[\]<>|&*#,][^\s"'`]{5,120}))\s{0,8}(?:(?:#|\/\/).{0,200})?$/;
/** `("alice", "…"),` */
const PAIR =
  /^\s{1,60}[([{]\s{0,2}["'][\w.@+-]{1,60}["']\s{0,2},\s{0,4}["'](?<value>[^"'\s]{6,120})["']\s{0,2}[)\]}]{1,2}[,;]?\s{0,8}(?:(?:#|\/\/).{0,200})?$/;

/** What a list of people has beside their names. */
const FIELD =
  /^_?(?:u?id|uuid|guid|name|\w{0,10}_?name|e?mail|url|uri|avatar|image|path|host|type|kind|role|title|label|text|message|description|phone|status|state|version|hash|checksum|digest|href|src|alt|class|style|table|model|index|schema|format|created|updated|date|time|color|icon)$/i;

/** Lists of users and their passwords, one in a line, whose names are not those of secrets. */
export const accountsDetector: Detector = {
  rules: [],
  keywords: ["users", "accounts", "logins", "passwords", "passwds", "credentials", "creds"],
  find(input, at) {
    const { text, kind } = input;
    if (kind.tokensOnly || text.isPiece(at)) return [];
    const line = text.line(at);
    const owner = ownerOf(line);
    if (owner === undefined || (line.trimEnd().endsWith(":") && !kind.bareValues)) return [];
    return accountsAfter(input, at, /^passw/i.test(owner));
  },
};

/** What such a line ends with: quick to test. */
const ENDS = /[{[(:]\s{0,4}$/;

/** What the list has that a line opens, or `undefined` for another line. */
function ownerOf(line: string): string | undefined {
  return line.length <= 200 && ENDS.test(line.slice(-6)) ? OPENS.exec(line)?.groups?.owner : undefined;
}

function accountsAfter(input: ScanInput, at: number, arePasswords: boolean): Hit[] {
  const { text, kind } = input;
  const hits: Hit[] = [];
  for (let next = at + 1; next <= at + MAX_ACCOUNTS && text.followsPrevious(next); next++) {
    const line = text.line(next).slice(0, 400);
    // What another list has is found from there.
    if (ownerOf(line) !== undefined) break;
    const entry = ENTRY.exec(line)?.groups;
    const value =
      PAIR.exec(line)?.groups?.value ?? entry?.quoted ?? (kind.bareValues ? entry?.bare : undefined);
    if (value === undefined) break;
    const user = entry?.user ?? "";
    if (
      FIELD.test(user) ||
      secretNameKind(user) ||
      !isAccount(user, value, arePasswords, exampleOf(input, next))
    )
      continue;
    const start = line.lastIndexOf(value);
    const { id, what } = PASSWORD_RULE;
    hits.push({ at: next, start, end: start + value.length, rule: id, what, rank: RANK.assignment });
  }
  return hits;
}

/** The least length of a secret that counts in a test or a manual. */
const IN_EXAMPLES = 14;

/** Identifiers and digests are in lists of users as well. */
const IDENTIFIER = /^[0-9a-f-]+$|^[a-z]{2,8}_[A-Za-z0-9]{10,}$|^[\w.+-]+@[\w.-]+$|^[a-z]+:|^[./]/i;

function isAccount(user: string, value: string, arePasswords: boolean, example: Example): boolean {
  if (IDENTIFIER.test(value) || isPlaceholder(value) || isDisguisedWord(value)) return false;
  if (!looksRandom(value) && hasProgramWord(value)) return false;
  const isChosen = isStrong(value) || isDrawn(value) || looksChosen(value);
  if (arePasswords) {
    const kind = judgeKind("password", { name: user, value, quoted: true }, example);
    return kind !== undefined && (example !== undefined || isChosen);
  }
  return example === undefined ? isChosen : looksGenerated(value) && value.length >= IN_EXAMPLES;
}
