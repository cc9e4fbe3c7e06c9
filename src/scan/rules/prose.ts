import { isDrawn, isPronounceable, isStrong } from "../chosen-password.ts";
import { classChanges, classesOf, looksGenerated, looksRandom } from "../entropy.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";

/** The words for a secret in a sentence. */
const WORD = String.raw`\b(?:password|passwd|passphrase|passcode|pass|pw|pwd|api[ _-]?key|access[ _-]?key|secret(?:[ _-]?key)?|token|passwort|kennwort)`;
/** What may be between the word and its value: other words. */
const BETWEEN = String.raw`(?:[^\n:=.;"'<>()]|\.(?=\w))`;
/** A value at the end of a sentence, or before its next part. */
const VALUE = String.raw`(?<secret>[A-Za-z0-9!@#$%^&*+~?=_/.-]{8,120}?)(?=[.,;:!?)\]]{0,2}(?:\s|$|["'\x60*<]))`;
/** The same, and no word of a sentence. */
const NO_WORD = "(?![A-Za-z]{8,60}[.,;:!?)]{0,2}(?:\\s|$))";

const OF_PASSWORD = "password|passwd|pass|pw|pwd|passphrase|passwort|kennwort";

/** Around a value: quotes, and marks of Markdown. */
const MARK = String.raw`[*_"'\x60]{0,4}`;

/** What people write to each other: notes, tickets, chats. */
export const proseRules: readonly Rule[] = rulesOf("context", [
  {
    id: "secret-in-text",
    what: "a password or a key in a text",
    keywords: [
      "password",
      "passphrase",
      "passcode",
      "pass ",
      "pw ",
      "pwd ",
      "key",
      "token",
      "passwor",
      "secret",
      "kennwort",
    ],
    pattern: new RegExp(
      // After the name itself, `:` and `=` assign: other rules look at that.
      String.raw`${WORD}\b(?:${BETWEEN}{0,40}?\s(?<verb>is|was|to|ist|lautet)\s|\s${BETWEEN}{2,40}?(?::\s{1,4}|\s=\s|\s\()|\s\()["'\x60]?${NO_WORD}${VALUE}`,
      "gi",
    ),
    check: isGeneratedInText,
  },
  {
    id: "secret-in-text",
    what: "a password or a key in a text",
    keywords: ["login", "user", "account", "credential", "creds"],
    pattern: new RegExp(
      String.raw`\b(?:login|log-in|user(?:name)?|account|credentials|creds)(?:\s(?:for|to|on|at|of)\s[^\n:=]{1,80}?)?\s{0,2}(?:(?::|=|is|are)\s{1,4}[\w.@+-]{2,60}\s{1,2}[/|,]\s{1,2}["'\x60]?|(?::\s{1,2})?\x60[\w.@+-]{2,60}\x60\s{0,2}(?:[/|,:]|and)\s{0,2}\x60)${VALUE}`,
      "gi",
    ),
    check: isOfLogin,
  },
  {
    id: "secret-in-text",
    what: "a password in a text",
    keywords: ["password", "passwor", "kennwort", "pw ", "pwd "],
    pattern: new RegExp(
      String.raw`(?:\((?:${OF_PASSWORD})(?::\s{0,2}|\s)|\b(?:${OF_PASSWORD})\s\(|\b(?:set|reset|changed?|updated?|rotated)\s(?:\w{1,12}\s){0,4}(?:${OF_PASSWORD})\s(?:[^\s:.;]{1,40}\s){0,4}?to\s|\b(?:${OF_PASSWORD})\b${BETWEEN}{0,80}?\s(?:is|was|ist|lautet)(?:\s(?:now|jetzt))?:?\s)(?:["'\x60*]{0,3}|<(?:b|strong|code|em|i)>)${VALUE}`,
      "gi",
    ),
    check: isOfSentence,
  },
  {
    id: "secret-in-text",
    what: "a password in a text",
    keywords: ["password", "passphrase", "passwor", "kennwort", "pw ", "pwd "],
    // Directly after the word, marked as what is typed: with the password in backticks.
    pattern: new RegExp(
      String.raw`\b(?:${OF_PASSWORD})\s{1,2}(?:\x60(?<secret>[^\s\x60]{8,120})\x60|\\(?:texttt|verb)[{|](?<single>[^\s{}|]{8,120})[}|]|\*\*(?<double>[^\s*]{8,120})\*\*)`,
      "gi",
    ),
    check: isOfSentence,
  },
  {
    id: "secret-in-text",
    what: "a password in a text",
    keywords: ["admin /", "root /", "administrator /", "admin:", "root:"],
    // The user and the password in a comment: `temporary: admin / …`.
    pattern: new RegExp(
      String.raw`(?:#|//|\*|--|<!--|:)\s{1,4}(?:admin|root|administrator)\s{0,2}[/:]\s{0,2}${VALUE}`,
      "gi",
    ),
    check: isOfLogin,
  },
  {
    id: "secret-in-text",
    what: "a password in a text",
    keywords: ["mot de passe", " pw ", "pass ", "password "],
    // In French; and after a user: `user deploy, pw …`.
    pattern: new RegExp(
      String.raw`(?:\bmots? de passe\s{0,2}(?::|=|est)\s{1,2}|\b(?:user|login|benutzer|nutzer)(?:name)?:?\s${MARK}[\w.@+-]{2,60}${MARK}[,;/]?\s(?:(?:and|with)\s)?(?:the\s)?(?:pw|pwd|pass|password|passwort):?\s)${MARK}${VALUE}`,
      "gi",
    ),
    check: isOfSentence,
  },
  {
    id: "secret-in-text",
    what: "a password in a text",
    keywords: ["log in", "logging in", "sign in", "login", "log on", "connect as"],
    pattern: new RegExp(
      String.raw`\b(?:(?:log(?:ging)?[ -]?(?:in|on)|sign[ -]?in)\b[^\n]{0,120}?\s(?:with|as|using)|connect\sas)\s${MARK}[\w.@+-]{2,60}${MARK}(?:\s{0,2}[/|,:]\s{0,2}|\sand\s(?:the\s)?(?:password\s)?)${MARK}${VALUE}`,
      "gi",
    ),
    check: isOfLogin,
  },
]);

/** After a user, a word with digits is a password; not a date or a size. */
function isOfLogin(candidate: Candidate): boolean {
  const { secret } = candidate;
  if (isDisguisedWord(secret) || /[:/\\]|\.[a-z]{2,4}$/.test(secret)) return false;
  return (
    isGeneratedInText(candidate) || isDrawn(secret) || (/[0-9]{2}/.test(secret) && classesOf(secret) >= 3)
  );
}

/** Shorter values have to change between letters, capitals and digits as often as nothing that is made of words. */
const LONG = 16;
const OFTEN = 0.3;

/** Letters of both cases and digits, in no order of words: a sentence has no such word. */
function isGeneratedInText({ secret, groups }: Candidate): boolean {
  if (isDisguisedWord(secret) || /^[\w.-]+@[\w-]+\.|^[a-z]+:\/\/|\.(?:[a-z]{2,4})$/i.test(secret))
    return false;
  if (isStrong(secret) && /[!@#$%^&*?+~].*[A-Za-z0-9]|[A-Za-z0-9].*[!@#$%^&*?+~]/.test(secret)) return true;
  if (secret.length < LONG && classChanges(secret) < OFTEN) return false;
  if (/^[0-9a-f]{32,}$/.test(secret)) return isRandomHex(groups, secret);
  return (
    looksGenerated(secret) || (secret.length >= 32 && looksRandom(secret) && !/^[0-9a-f-]+$/i.test(secret))
  );
}

/** Hexadecimal text is a digest, unless the sentence says that it is the secret: `the session secret is …`. */
function isRandomHex({ verb }: Candidate["groups"], secret: string): boolean {
  return verb !== undefined && verb !== "to" && looksRandom(secret);
}

/** What a sentence about a password may name instead of it. */
const TERM =
  /^(?:sha|md|base|utf|aes|rsa|bcrypt|scrypt|argon|pbkdf|ascii|iso|rfc|cve|oauth|http|v[0-9])|^[0-9]+[-a-z]*$|^[\w.]+\(|_[a-z]+$/i;

/** After `the password is`, a word with two digits. */
function isOfSentence({ secret }: Candidate): boolean {
  if (isDisguisedWord(secret) || /[:/\\]|\.[a-z]{2,4}$/.test(secret)) return false;
  if (TERM.test(secret) && classesOf(secret) < 4) return false;
  return (
    /[A-Za-z]/.test(secret) &&
    (/[0-9].*[0-9]/.test(secret) || isStrong(secret) || isDrawn(secret) || isPronounceable(secret))
  );
}
