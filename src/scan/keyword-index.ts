import { letterPair } from "./letter-pairs.ts";
import type { ScanText } from "./scan-text.ts";

/** In place of keywords: lines with a run of {@link RUN} characters of the alphabets of base64 and of dots. */
export const LONG_RUN = "long run";
const RUN = 24;

/** Keywords are found by three of their characters, and the one before them if they have it, each folded to five bits. */
const BITS = 5;
const FOLDED_VALUES = 1 << BITS;
const TRIPLE = (1 << (3 * BITS)) - 1;
const QUAD = (1 << (4 * BITS)) - 1;

const FOLD = new Uint8Array(256);
const LOWER = new Uint8Array(256);
const IN_RUN = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const letter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
  const digit = byte >= 48 && byte <= 57;
  LOWER[byte] = letter ? byte | 32 : byte;
  FOLD[byte] = letter ? byte & 31 : foldOther(byte, digit);
  IN_RUN[byte] = letter || digit || "_.-+/=~|".includes(String.fromCharCode(byte)) ? 1 : 0;
}

function foldOther(byte: number, digit: boolean): number {
  if (digit) return 27;
  if (byte === 95 || byte === 45) return 28;
  if (byte === 46 || byte === 58 || byte === 47) return 29;
  return byte === 10 ? 0 : byte >= 128 ? 31 : 30;
}

interface GroupLines {
  readonly group: number;
  readonly lines: number[];
}

/** Lines that keywords were found in. */
export interface FoundLines {
  /** The groups that have some, in order. */
  readonly byGroup: readonly GroupLines[];
  /** Lines with a run of {@link RUN} characters, two of them digits. */
  readonly longRuns: readonly number[];
}

interface Keyword {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Where its three characters end in it. */
  readonly end: number;
  readonly groups: number[];
}

/**
 * Finds in one pass over a text, for each of many groups of keywords, the lines that contain one of them. Letters of ASCII
 * match in both cases.
 */
export class KeywordIndex {
  readonly #buckets: Keyword[][] = [];
  /** For each folded triple of characters, 1 + the index of the keywords that have it. */
  readonly #table = new Uint16Array(TRIPLE + 1);
  /** For each folded four characters, whether a keyword is found by them, or by the last three. */
  readonly #isLikely = new Uint8Array(QUAD + 1);
  /** For each keyword, the line where it was found last; lines are counted on from text to text, so that it stays valid. */
  readonly #lastLine: Float64Array;
  #linesBefore = 1;
  /** For each group, 1 + its place in what is found in a text; 0 between texts. */
  readonly #placeOf: Uint16Array;

  /** @param groups the keywords of each group, in lower case, of three characters and more; or {@link LONG_RUN} */
  constructor(groups: readonly (readonly string[])[]) {
    const byText = new Map<string, Keyword>();
    groups.forEach((keywords, group) => {
      for (const text of keywords) {
        if (text !== LONG_RUN) this.#keyword(text, byText).groups.push(group);
      }
    });
    this.#lastLine = new Float64Array(byText.size);
    this.#placeOf = new Uint16Array(groups.length);
  }

  /** The lines of each group that has some, and those with a long run, in order, as indexes. */
  find(text: ScanText): FoundLines {
    const found: GroupLines[] = [];
    const placeOf = this.#placeOf;
    const lastLine = this.#lastLine;
    const before = this.#linesBefore;
    const longRuns: number[] = [];
    const { bytes } = text;
    const table = this.#table;
    const isLikely = this.#isLikely;
    const cursor = Int32Array.of(-1, 0, 0);
    let line = 0;
    let next = text.start(1);
    while (advance(cursor, bytes, table, isLikely)) {
      const at = cursor[AT] as number;
      const folded = cursor[FOLDED] as number;
      while (next <= at) next = text.start(++line + 1);
      if (cursor[RUN_LENGTH] === RUN && hasDigits(bytes, at - RUN + 1)) mark(longRuns, line, at, text);
      if (isLikely[folded] === 0) continue;
      for (const keyword of this.#buckets[(table[folded & TRIPLE] as number) - 1] ?? []) {
        if (lastLine[keyword.number] === before + line || !matches(bytes, at, keyword)) continue;
        lastLine[keyword.number] = before + line;
        for (const group of keyword.groups) {
          if (placeOf[group] === 0) placeOf[group] = found.push({ group, lines: [] });
          mark((found[(placeOf[group] as number) - 1] as GroupLines).lines, line, at, text);
        }
      }
    }
    for (const { group } of found) placeOf[group] = 0;
    this.#linesBefore += text.count;
    return { byGroup: found.sort((a, b) => a.group - b.group), longRuns };
  }

  #keyword(text: string, byText: Map<string, Keyword>): Keyword {
    const known = byText.get(text);
    if (known) return known;
    const bytes = new TextEncoder().encode(text);
    const end = rarestTriple(text) + 3;
    const keyword: Keyword = { number: byText.size, bytes, end, groups: [] };
    byText.set(text, keyword);
    let folded = 0;
    for (let at = end - 3; at < end; at++) folded = (folded << BITS) | (FOLD[bytes[at] ?? 0] ?? 0);
    for (let before = 0; before < FOLDED_VALUES; before++) {
      if (end === 3 || before === FOLD[bytes[end - 4] ?? 0])
        this.#isLikely[(before << (3 * BITS)) | folded] = 1;
    }
    const bucket = this.#table[folded] ?? 0;
    if (bucket === 0) {
      this.#buckets.push([keyword]);
      this.#table[folded] = this.#buckets.length;
    } else this.#buckets[bucket - 1]?.push(keyword);
    return keyword;
  }
}

/** Places in a cursor: a position in a text, the four characters that end there, and how long the run is. */
const AT = 0;
const FOLDED = 1;
const RUN_LENGTH = 2;

/**
 * Goes on to the next position where a keyword may be, or where a run gets long. This loop sees every byte: it has nothing
 * else in it, and its numbers are 32 bits wide, so that it compiles to a few instructions a byte.
 */
function advance(cursor: Int32Array, bytes: Uint8Array, table: Uint16Array, isLikely: Uint8Array): boolean {
  const length = bytes.length | 0;
  let at = ((cursor[AT] as number) + 1) | 0;
  let folded = cursor[FOLDED] as number;
  let run = cursor[RUN_LENGTH] as number;
  while (at < length) {
    const byte = bytes[at] as number;
    folded = ((folded << BITS) | (FOLD[byte] as number)) & QUAD;
    run = Math.imul(run + 1, IN_RUN[byte] as number);
    if ((table[folded & TRIPLE] !== 0 && isLikely[folded] !== 0) || run === RUN) break;
    at = (at + 1) | 0;
  }
  cursor[AT] = at;
  cursor[FOLDED] = folded;
  cursor[RUN_LENGTH] = run;
  return at < length;
}

function matches(bytes: Uint8Array, at: number, keyword: Keyword): boolean {
  const start = at + 1 - keyword.end;
  if (start < 0 || start + keyword.bytes.length > bytes.length) return false;
  for (let i = 0; i < keyword.bytes.length; i++) {
    if (LOWER[bytes[start + i] ?? 0] !== keyword.bytes[i]) return false;
  }
  return true;
}

/** Whether a run of characters from here on has two digits; nearly every random text of its length has. */
function hasDigits(bytes: Uint8Array, start: number): boolean {
  let digits = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] as number;
    if (byte >= 48 && byte <= 57 && ++digits === 2) return true;
    if (IN_RUN[byte] === 0) return false;
  }
  return false;
}

/** Adds a line, and the piece before it if that one reaches here too. */
function mark(lines: number[], line: number, at: number, text: ScanText): void {
  const last = lines[lines.length - 1] ?? -1;
  if (last === line) return;
  if (line > 0 && last < line - 1 && text.start(line) <= text.end(line - 1) && at < text.end(line - 1)) {
    lines.push(line - 1);
  }
  lines.push(line);
}

/** Where the three characters of a keyword start that are rarest in other text. */
function rarestTriple(text: string): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at + 3 <= text.length; at++) {
    const common = letterPair(text, at) + letterPair(text, at + 1);
    if (common < least) [best, least] = [at, common];
  }
  return best;
}
