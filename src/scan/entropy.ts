import { lettersLookRandom, looksLikeWords } from "./letter-pairs.ts";

/** Shannon entropy in bits per character. */
export function shannonEntropy(text: string): number {
  const counts = new Map<number, number>();
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;
const OTHER = 0;

function classOf(unit: number): number {
  if (unit >= 97 && unit <= 122) return LOWER;
  if (unit >= 65 && unit <= 90) return UPPER;
  if (unit >= 48 && unit <= 57) return DIGIT;
  return OTHER;
}

/**
 * How often the kind of character (lower case, upper case, digit) changes, per character. Random text has 0.3 (base32) to
 * 0.47 (hex); words and names, even `camelCase2`, stay below 0.2, because a capital at the start of a word does not count.
 * At these lengths, Shannon entropy alone cannot distinguish the two.
 */
export function classChanges(text: string): number {
  let changes = 0;
  let before = OTHER;
  for (let i = 0; i < text.length; i++) {
    const now = classOf(text.charCodeAt(i));
    if (now !== before && now !== OTHER && before !== OTHER && !(before === UPPER && now === LOWER))
      changes++;
    before = now;
  }
  return text.length === 0 ? 0 : changes / text.length;
}

const HEX = /^[0-9a-f]+$|^[0-9A-F]+$/;
/** With dashes: also a UUID. */
const ANY_HEX = /^(?:0x)?[0-9a-fA-F-]+$/;
const LETTER = /[A-Za-z]/;
const DIGITS = /[0-9]/;
const MIXED_CASE = /[a-z].*[A-Z]|[A-Z].*[a-z]/s;

/** From this length, letters without digits can be a key even if they are all of one case. */
const ONE_CASE = 20;

/** Of a text of that length, words do not reach this entropy, whatever signs are between its characters. */
const LONG = 30;
const RICH = 4.2;

/** From this length, capitals need not be as often among letters that look random. */
const LONG_MIXED = 20;

/** Whether a text looks random: a key, a token, a generated password. */
export function looksRandom(text: string): boolean {
  if (text.length < 10 || !LETTER.test(text)) return false;
  const entropy = shannonEntropy(text);
  if (HEX.test(text)) return text.length >= 16 && entropy >= 2.8 && DIGITS.test(text);
  if (looksLikeWords(text)) return false;
  const changes = classChanges(text);
  if (DIGITS.test(text)) {
    if (text.length >= LONG && entropy >= RICH) return true;
    return entropy >= (text.length < 16 ? 2.9 : 3.2) && (changes >= 0.2 || lettersLookRandom(text));
  }
  if (text.length < 16 || entropy < 3.4) return false;
  return MIXED_CASE.test(text)
    ? changes >= (text.length >= LONG_MIXED ? 0.15 : 0.25) && lettersLookRandom(text)
    : text.length >= ONE_CASE && lettersLookRandom(text);
}

/** Kinds of characters in a text, of lower case, upper case, digits and others. */
export function classesOf(text: string): number {
  const seen = new Set<number>();
  for (let i = 0; i < text.length; i++) seen.add(classOf(text.charCodeAt(i)));
  return seen.size;
}

/**
 * Whether a text looks random even in a test or a manual, where most hexadecimal text is a digest or a test vector, and what
 * people type has no capitals.
 */
export function looksGenerated(text: string): boolean {
  return (
    looksRandom(text) && !ANY_HEX.test(text) && /[A-Z]/.test(text) && /[a-z]/.test(text) && DIGITS.test(text)
  );
}
