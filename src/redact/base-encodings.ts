import type { PatternSource } from "./automaton.ts";
import { NO_ENDING, type Pattern, pattern } from "./pattern.ts";
import { firstWindow } from "./window-table.ts";

interface Encoding {
  /** Bits per digit. */
  readonly bits: number;
  /** Bytes per group of digits. */
  readonly groupBytes: number;
  /** Encodes in the first alphabet. Incomplete digits at the end need not be right. */
  readonly encode: (bytes: Buffer) => string;
  readonly alphabets: readonly Alphabet[];
}

interface Alphabet {
  readonly digits: string;
  /** Translates from the first alphabet. */
  readonly from: (digits: string) => string;
}

const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const BASE62 = `${UPPER}${UPPER.toLowerCase()}0123456789`;
const BASE32 = `${UPPER}234567`;

const ENCODINGS: readonly Encoding[] = [
  {
    bits: 6,
    groupBytes: 3,
    encode: (bytes) => bytes.toString("base64"),
    // RFC 4648 §4 and §5.
    alphabets: [
      { digits: `${BASE62}+/`, from: (digits) => digits },
      { digits: `${BASE62}-_`, from: (digits) => digits.replaceAll("+", "-").replaceAll("/", "_") },
    ],
  },
  {
    bits: 5,
    groupBytes: 5,
    encode: base32,
    // RFC 4648 §6, and the same in lower case.
    alphabets: [
      { digits: BASE32, from: (digits) => digits },
      { digits: BASE32.toLowerCase(), from: (digits) => digits.toLowerCase() },
    ],
  },
];

/** The first four digits of each encoding are determined by as many bytes. */
const FIRST_BYTES = 8;

/**
 * The patterns of a text in base64, base32 and hexadecimal, encoded alone or among other bytes.
 *
 * In base64 and base32 a digit can hold bits of two bytes. A first digit that also holds bits of the byte before is not
 * part of the pattern: there would be one pattern for each value of that byte. So up to four bits of the first byte are
 * not redacted. The last digit is part of it: each of its 2 to 16 possible values is an ending, and so is the padding.
 *
 * @param text of at least four bytes in UTF-8
 */
export function baseEncodings(text: string): PatternSource {
  return {
    beginnings(report) {
      const bytes = Buffer.from(text);
      for (const hex of hexForms(bytes.subarray(0, FIRST_BYTES))) report(firstWindow(hex), bytes.length * 2);
      reportBeginnings(report, bytes, VARIANTS);
      reportBeginnings(report, Buffer.from(text, "utf16le"), UTF16_VARIANTS);
    },
    *patterns() {
      const bytes = Buffer.from(text);
      yield* hexForms(bytes).map(pattern);
      yield* patternsOf(bytes, VARIANTS);
      yield* patternsOf(Buffer.from(text, "utf16le"), UTF16_VARIANTS);
    },
  };
}

function reportBeginnings(
  report: (window: number, length: number) => void,
  bytes: Buffer,
  variants: readonly Variant[],
): void {
  const first = bytes.subarray(0, FIRST_BYTES);
  for (const { encoding, alphabets, offset } of variants) {
    const digits = innerDigits(first, offset, encoding);
    const { from, to } = innerRange(bytes.length, offset, encoding);
    for (const alphabet of alphabets) report(firstWindow(alphabet.from(digits)), to - from);
  }
}

function* patternsOf(bytes: Buffer, variants: readonly Variant[]): Generator<Pattern> {
  for (const { encoding, alphabets, offset } of variants) {
    const digits = innerDigits(bytes, offset, encoding);
    for (const { digits: all, from } of alphabets) {
      yield { stem: from(digits), endings: endingsOf(bytes, offset, encoding, all) };
    }
  }
}

function hexForms(bytes: Buffer): string[] {
  const hex = bytes.toString("hex");
  return [hex, hex.toUpperCase()];
}

/** An encoding, with a number of bytes before the text in a group of digits. */
interface Variant {
  readonly encoding: Encoding;
  readonly alphabets: readonly Alphabet[];
  readonly offset: number;
}

/** Each encoding, with each number of bytes that may be before the text in a group of digits. */
const VARIANTS: readonly Variant[] = ENCODINGS.flatMap((encoding) =>
  [...Array(encoding.groupBytes).keys()].map((offset) => ({
    encoding,
    alphabets: encoding.alphabets,
    offset,
  })),
);

/** Of text in UTF-16, only base64 with `+` and `/`: what PowerShell's `-EncodedCommand` takes. */
const UTF16_VARIANTS: readonly Variant[] = VARIANTS.filter(({ encoding }) => encoding.bits === 6).map(
  (each) => ({
    ...each,
    alphabets: each.alphabets.slice(0, 1),
  }),
);

/** The digits that hold only bits of these bytes, when they follow `offset` other bytes. */
function innerDigits(bytes: Uint8Array, offset: number, encoding: Encoding): string {
  const shifted = Buffer.concat([new Uint8Array(offset), bytes]);
  const { from, to } = innerRange(bytes.length, offset, encoding);
  return encoding.encode(shifted).slice(from, to);
}

/** Where those digits are, in number of digits. */
function innerRange(length: number, offset: number, { bits }: Encoding): { from: number; to: number } {
  return { from: Math.ceil((offset * 8) / bits), to: Math.floor(((offset + length) * 8) / bits) };
}

/** What may follow the inner digits: nothing, a digit with the last bits, or that digit and padding. */
function endingsOf(
  bytes: Uint8Array,
  offset: number,
  { bits, groupBytes }: Encoding,
  digits: string,
): readonly string[] {
  const end = (offset + bytes.length) * 8;
  const known = end % bits;
  if (known === 0) return NO_ENDING;
  const lastByte = bytes.at(-1) as number;
  const value = (lastByte & ((1 << known) - 1)) << (bits - known);
  const last = [...Array(1 << (bits - known)).keys()].map((other) => digits[value + other] as string);
  const groupDigits = (groupBytes * 8) / bits;
  const padding = groupDigits - (Math.ceil(end / bits) % groupDigits);
  return ["", ...last, `${digits[value]}${"=".repeat(padding)}`];
}

function base32(bytes: Buffer): string {
  const digits = Buffer.alloc(Math.floor((bytes.length * 8) / 5));
  let at = 0;
  let bits = 0;
  let buffer = 0;
  for (const byte of bytes) {
    buffer = ((buffer << 8) | byte) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) digits[at++] = BASE32.charCodeAt((buffer >> (bits - 5)) & 31);
  }
  return digits.toString("latin1");
}
