import { isStrong } from "../assignments/judge.ts";
import { classChanges, looksGenerated, looksRandom } from "../entropy.ts";
import { isDisguisedWord } from "../placeholder.ts";
import { type Candidate, type Rule, rulesOf } from "../rule.ts";

/** The words for a secret in a sentence. */
const WORD = String.raw`\b(?:password|passwd|passphrase|passcode|pass|pw|pwd|api[ _-]?key|access[ _-]?key|secret[ _-]?key|token|passwort|kennwort)`;
/** What may be between the word and its value: other words. */
const BETWEEN = String.raw`[^\n:=.;"'<>()]`;
/** A value at the end of a sentence, or before its next part. */
const VALUE = String.raw`(?<secret>[A-Za-z0-9!@#$%^&*+~?=_/.-]{8,120}?)(?=[.,;:!?)\]]{0,2}(?:\s|$|["'\x60]))`;

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
      "kennwort",
    ],
    pattern: new RegExp(
      // After the name itself, `:` and `=` assign: other rules look at that.
      String.raw`${WORD}\b(?:${BETWEEN}{0,40}?\s(?:is|was|to|ist|lautet)\s|\s${BETWEEN}{2,40}?(?::\s{1,4}|\s=\s|\s\()|\s\()["'\x60]?${VALUE}`,
      "gi",
    ),
    check: isGeneratedInText,
  },
  {
    id: "secret-in-text",
    what: "a password or a key in a text",
    keywords: ["login", "user", "account", "credential", "creds"],
    pattern: new RegExp(
      String.raw`\b(?:login|log-in|user(?:name)?|account|credentials|creds)\s{0,2}(?::|=|is|are)\s{1,4}[\w.@+-]{2,60}\s{1,2}[/|,]\s{1,2}["'\x60]?${VALUE}`,
      "gi",
    ),
    check: isGeneratedInText,
  },
]);

/** Shorter values have to change between letters, capitals and digits as often as nothing that is made of words. */
const LONG = 16;
const OFTEN = 0.3;

/** Letters of both cases and digits, in no order of words: a sentence has no such word. */
function isGeneratedInText({ secret }: Candidate): boolean {
  if (isDisguisedWord(secret) || /^[\w.-]+@[\w-]+\.|^[a-z]+:\/\/|\.(?:[a-z]{2,4})$/i.test(secret))
    return false;
  if (isStrong(secret) && /[!@#$%^&*?+~].*[A-Za-z0-9]|[A-Za-z0-9].*[!@#$%^&*?+~]/.test(secret)) return true;
  if (secret.length < LONG && classChanges(secret) < OFTEN) return false;
  return (
    looksGenerated(secret) || (secret.length >= 32 && looksRandom(secret) && !/^[0-9a-f-]+$/i.test(secret))
  );
}
