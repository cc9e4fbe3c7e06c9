import { baseEncodings, type Pattern, pattern } from "./base-encodings.ts";
import { escapedForms } from "./escaped-forms.ts";

/** A secret of fewer characters would be found everywhere. */
export const MIN_SECRET = 4;

/** A line of a secret of several lines is looked for by itself if it has so many characters. */
const MIN_LINE = 8;

/** The first and last lines of a PEM file are no secret. */
const ARMOR = /^-----(?:BEGIN|END) [A-Z0-9 ]+-----$/;

/** Whether a secret is long enough to be looked for; white space around it does not count. */
export function isLongEnough(value: string): boolean {
  return [...value.trim()].length >= MIN_SECRET;
}

/** Every text to be looked for, for one secret that {@link isLongEnough}; each is sensitive. */
export function patternsOf(value: string): Pattern[] {
  const core = value.trim();
  const texts = escapedForms(core);
  for (const line of longLines(core)) texts.add(line).add(JSON.stringify(line).slice(1, -1));
  return [...Array.from(texts, pattern), ...baseEncodings(Buffer.from(core))];
}

/** Lines that would give much away if the text were indented, or only some of it were shown. */
function longLines(text: string): string[] {
  if (!text.includes("\n")) return [];
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => [...line].length >= MIN_LINE && !ARMOR.test(line));
}
