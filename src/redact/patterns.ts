import { baseEncodings, type Pattern, pattern } from "./base-encodings.ts";
import { MIN_SECRET } from "./common-values.ts";
import { escapedForms } from "./escaped-forms.ts";
import { partsOf } from "./secret-parts.ts";

/** Each line of a multi-line secret with at least this many characters is a pattern too. */
const MIN_LINE = 8;

/** The first and last line of a PEM file are not secret. */
const ARMOR = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/;

/** Whether a secret is long enough to be redacted, not counting white space around it. */
export function isLongEnough(value: string): boolean {
  return [...value.trim()].length >= MIN_SECRET;
}

/** All patterns of a secret that {@link isLongEnough}, and of its parts. They are as sensitive as the secret. */
export function patternsOf(value: string): Pattern[] {
  const core = value.trim();
  return [core, ...partsOf(core)].flatMap(patternsOfText);
}

function patternsOfText(core: string): Pattern[] {
  const texts = escapedForms(core);
  for (const line of longLines(core)) texts.add(line).add(JSON.stringify(line).slice(1, -1));
  return [...Array.from(texts, pattern), ...baseEncodings(Buffer.from(core))];
}

/** Lines that are patterns of their own, in case the text is printed indented or in part. */
function longLines(text: string): string[] {
  if (!text.includes("\n")) return [];
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => [...line].length >= MIN_LINE && !ARMOR.test(line));
}
