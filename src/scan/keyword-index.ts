import { withoutFtl } from "../common/without-ftl.ts";
import { letterPair } from "./letter-pairs.ts";
import { hasDigits, IN_RUN, LONG_RUN, LONG_WORD, RUN } from "./long-run.ts";
import type { ScanText } from "./scan-text.ts";

/** Keywords are found by four of their characters, each folded to five bits; those of three by all of them. */
const BITS = 5;
const FOLDED_VALUES = 1 << BITS;
const QUAD = (1 << (4 * BITS)) - 1;
const HASH_BITS = 12;
const HASHES = 1 << HASH_BITS;
/** A word of 32 bits has the bits of indexes that differ in their last five bits. */
const WORD_BITS = 5;

const LETTER_J = 10;
const LETTER_Q = 17;
const LETTER_Z = 26;

/**
 * What is neither a letter nor a digit. Blanks are on their own, because three of them begin most lines of code; quotes and
 * signs that are common beside keywords share a value with a rare letter.
 */
const SIGNS: Readonly<Record<string, number>> = {
  "\n": 0,
  "\r": 0,
  _: 28,
  "-": 28,
  ".": 29,
  ":": 29,
  "/": 29,
  " ": 31,
  "\t": 31,
  ...{ '"': LETTER_J, "'": LETTER_J, "`": LETTER_J, "=": LETTER_Q, "<": LETTER_Z, ">": LETTER_Z },
};

const FOLD = new Uint8Array(256);
const LOWER = new Uint8Array(256);
for (let byte = 0; byte < 256; byte++) {
  const letter = (byte >= 65 && byte <= 90) || (byte >= 97 && byte <= 122);
  const digit = byte >= 48 && byte <= 57;
  LOWER[byte] = letter ? byte | 32 : byte;
  FOLD[byte] = letter ? byte & 31 : foldOther(byte, digit);
}

function foldOther(byte: number, digit: boolean): number {
  if (digit) return 27;
  return byte >= 128 ? 0 : (SIGNS[String.fromCharCode(byte)] ?? 30);
}

interface GroupLines {
  readonly group: number;
  readonly lines: number[];
}

/** Lines that keywords were found in. */
export interface FoundLines {
  /** The groups that have some, in order. */
  readonly byGroup: readonly GroupLines[];
  /** Those of {@link LONG_RUN}. */
  readonly longRuns: readonly number[];
  /** Where the keywords of the group start whose places are kept, in bytes, in order. */
  readonly places: readonly number[];
}

interface Keyword {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** Where the characters end that it is found by. */
  readonly end: number;
  readonly groups: number[];
  /** Whether its places are kept. */
  isPlaced: boolean;
}

const NO_KEYWORDS: readonly Keyword[] = [];

/**
 * Finds in one pass over a text, for each of many groups of keywords, the lines that contain one of them. Letters of ASCII
 * match in both cases.
 */
export class KeywordIndex {
  /** A bit for each four folded characters: whether a keyword may end where they do. */
  readonly #likely = new Int32Array((QUAD + 1) >> WORD_BITS);
  /**
   * The keywords that are found by four folded characters, at the hash of those; few hashes have others too. Those of three
   * characters are found with any one before them.
   */
  readonly #byHash: Keyword[][] = Array.from({ length: HASHES }, () => []);
  /** For each keyword, the line where it was found last; lines are counted on from text to text, so that it stays valid. */
  readonly #lastLine: Float64Array;
  #linesBefore = 1;
  /** Of {@link advance}. One for all texts, of which a history has very many short ones. */
  readonly #cursor = new Int32Array(3);
  /** For each group, 1 + its place in what is found in a text; 0 between texts. */
  readonly #placeOf: Uint16Array;

  /**
   * @param groups the keywords of each group, in lower case, of three characters and more; {@link LONG_RUN} and {@link LONG_WORD}
   *   are passed over
   * @param placed the group whose places are kept
   */
  constructor(groups: readonly (readonly string[])[], placed?: number) {
    const byText = new Map<string, Keyword>();
    groups.forEach((keywords, group) => {
      for (const text of keywords) {
        if (text === LONG_RUN || text === LONG_WORD) continue;
        const keyword = this.#keyword(text, byText);
        keyword.groups.push(group);
        keyword.isPlaced ||= group === placed;
      }
    });
    this.#lastLine = new Float64Array(byText.size);
    this.#placeOf = new Uint16Array(groups.length);
    // The loop over bytes is in another function.
    withoutFtl(this.find, this.#visit);
  }

  /** The lines of each group that has some, and those with a long run, in order, as indexes. */
  find(text: ScanText): FoundLines {
    const found: GroupLines[] = [];
    const longRuns: number[] = [];
    const places: number[] = [];
    const { bytes } = text;
    const likely = this.#likely;
    const cursor = this.#cursor;
    cursor[AT] = -1;
    cursor[FOLDED] = 0;
    cursor[RUN_LENGTH] = 0;
    let line = 0;
    while (advance(cursor, bytes, likely)) {
      const at = cursor[AT] as number;
      const folded = cursor[FOLDED] as number;
      if (cursor[RUN_LENGTH] === RUN && hasDigits(bytes, at - RUN + 1)) {
        line = text.lineAt(at, line);
        mark(longRuns, line, at, text);
      }
      if (hasBit(likely, folded))
        line = this.#visit(this.#byHash[hashOf(folded)] ?? NO_KEYWORDS, text, line, at, found, places);
    }
    for (const { group } of found) this.#placeOf[group] = 0;
    this.#linesBefore += text.count;
    return { byGroup: found.sort((a, b) => a.group - b.group), longRuns, places: inOrder(places) };
  }

  /**
   * Marks the line of those keywords that are there.
   * @param from a line before the place or at it
   * @returns such a line
   */
  #visit(
    keywords: readonly Keyword[],
    text: ScanText,
    from: number,
    at: number,
    found: GroupLines[],
    places: number[],
  ): number {
    let line = from;
    for (const keyword of keywords) {
      // Most that end with the same characters are others.
      if (!matches(text.bytes, at, keyword)) continue;
      line = text.lineAt(at, line);
      if (keyword.isPlaced) places.push(at + 1 - keyword.end);
      const id = this.#linesBefore + line;
      if (this.#lastLine[keyword.number] === id) continue;
      this.#lastLine[keyword.number] = id;
      for (const group of keyword.groups) {
        const place = this.#placeOf[group] || found.push({ group, lines: [] });
        this.#placeOf[group] = place;
        mark((found[place - 1] as GroupLines).lines, line, at, text);
      }
    }
    return line;
  }

  #keyword(text: string, byText: Map<string, Keyword>): Keyword {
    const known = byText.get(text);
    if (known) return known;
    const bytes = new TextEncoder().encode(text);
    const length = Math.min(4, text.length);
    const end = rarestPart(text, length) + length;
    const keyword: Keyword = { number: byText.size, bytes, end, groups: [], isPlaced: false };
    byText.set(text, keyword);
    let folded = 0;
    for (let at = end - length; at < end; at++) folded = (folded << BITS) | (FOLD[bytes[at] ?? 0] ?? 0);
    const quads =
      length === 4
        ? [folded]
        : Array.from({ length: FOLDED_VALUES }, (_, before) => (before << (3 * BITS)) | folded);
    for (const quad of quads) {
      this.#byHash[hashOf(quad)]?.push(keyword);
      setBit(this.#likely, quad);
    }
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
function advance(cursor: Int32Array, bytes: Uint8Array, likely: Int32Array): boolean {
  const length = bytes.length | 0;
  let at = ((cursor[AT] as number) + 1) | 0;
  let folded = cursor[FOLDED] as number;
  let run = cursor[RUN_LENGTH] as number;
  while (at < length) {
    const byte = bytes[at] as number;
    folded = ((folded << BITS) | (FOLD[byte] as number)) & QUAD;
    run = Math.imul(run + 1, IN_RUN[byte] as number);
    if (hasBit(likely, folded) || run === RUN) break;
    at = (at + 1) | 0;
  }
  cursor[AT] = at;
  cursor[FOLDED] = folded;
  cursor[RUN_LENGTH] = run;
  return at < length;
}

/** Keywords are found by different parts of them, so that they may change places with their neighbours. */
function inOrder(places: number[]): readonly number[] {
  for (let i = 1; i < places.length; i++) {
    if ((places[i] as number) < (places[i - 1] as number)) return places.sort((a, b) => a - b);
  }
  return places;
}

/** By multiplication with a number near 2^32 divided by the golden ratio (Knuth, TAOCP 6.4). */
function hashOf(folded: number): number {
  return Math.imul(folded, 0x9e3779b1) >>> (32 - HASH_BITS);
}

/** A table of bits fits into the cache, and one of bytes does not. */
function hasBit(bits: Int32Array, index: number): boolean {
  return (((bits[index >> WORD_BITS] as number) >>> (index & 31)) & 1) !== 0;
}

function setBit(bits: Int32Array, index: number): void {
  bits[index >> WORD_BITS] = (bits[index >> WORD_BITS] as number) | (1 << (index & 31));
}

function matches(bytes: Uint8Array, at: number, keyword: Keyword): boolean {
  const start = at + 1 - keyword.end;
  if (start < 0 || start + keyword.bytes.length > bytes.length) return false;
  for (let i = 0; i < keyword.bytes.length; i++) {
    if (LOWER[bytes[start + i] ?? 0] !== keyword.bytes[i]) return false;
  }
  return true;
}

/** Adds a line, and the piece before it if that one reaches here too. */
function mark(lines: number[], line: number, at: number, text: ScanText): void {
  const last = lines[lines.length - 1] ?? -1;
  if (last === line) return;
  if (text.hasPieces && line > 0 && last < line - 1 && at < text.end(line - 1)) lines.push(line - 1);
  lines.push(line);
}

/** Parts of keywords that other text has far more often than their pairs of characters say; counted over a few public projects. */
const COMMON_PARTS: ReadonlySet<string> = new Set([
  ..."ance buff code cook cove crea cryp ello equa eque equi exec ifie link ncod nvir okie quir requ rypt text uffe uire".split(
    " ",
  ),
  ...'-key 256~ 509c _key _pat a256 ame" ext( ext} ion( p:// ps:/ s:// v1.0 x509'.split(" "),
  ...[' = "', " key", '": "', ": [(", "= ((", "= [(", "= [[", 'd": ', "s: [", "t = ", 't": ', "ts a", "ts: "],
]);
/** More than the pairs of any part count. */
const OFTEN = 100;

/** Where the characters of a keyword start that are rarest in other text. */
function rarestPart(text: string, length: number): number {
  let best = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let at = 0; at + length <= text.length; at++) {
    let common = COMMON_PARTS.has(text.slice(at, at + length)) ? OFTEN : 0;
    for (let pair = at; pair + 1 < at + length; pair++) common += commonness(text, pair);
    if (common < least) [best, least] = [at, common];
  }
  return best;
}

/** How common a pair of characters is, in half bits. Beside words, signs are rare. */
function commonness(text: string, at: number): number {
  if (isLetter(text, at) && isLetter(text, at + 1)) return letterPair(text, at);
  return text[at] === " " || text[at + 1] === " " ? -3 : -2;
}

function isLetter(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 97 && unit <= 122;
}
