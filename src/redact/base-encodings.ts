/** A text to search for: a stem, followed by any of the endings. */
export interface Pattern {
  readonly stem: string;
  readonly endings: readonly string[];
}

const NO_ENDING: readonly string[] = [""];

/** A pattern without endings. */
export function pattern(stem: string): Pattern {
  return { stem, endings: NO_ENDING };
}

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

/** Digits per line: of `base64` and `base32`, and of PEM; then of `xxd -p`. */
const WIDTHS = [76, 64];
const HEX_WIDTH = 60;
const LINE_ENDS = ["\n", "\r\n"];

/**
 * The patterns of some bytes in base64, base32 and hexadecimal, encoded alone or among other bytes.
 *
 * In base64 and base32 a digit can hold bits of two bytes. A first digit that also holds bits of the byte before is not
 * part of the pattern: there would be one pattern for each value of that byte. So up to four bits of the first byte are
 * not redacted. The last digit is part of it: each of its 2 to 16 possible values is an ending, and so is the padding.
 */
export function baseEncodings(bytes: Uint8Array): Pattern[] {
  const hex = Buffer.from(bytes).toString("hex");
  const patterns: Pattern[] = [hex, hex.toUpperCase()].map(pattern);
  if (hex.length > HEX_WIDTH) patterns.push(...LINE_ENDS.map((end) => pattern(wrapped(hex, HEX_WIDTH, end))));
  for (const encoding of ENCODINGS) {
    for (let offset = 0; offset < encoding.groupBytes; offset++) {
      const digits = innerDigits(bytes, offset, encoding);
      for (const { digits: all, from } of encoding.alphabets) {
        const stem = from(digits);
        const endings = endingsOf(bytes, offset, encoding, all);
        patterns.push({ stem, endings });
        if (offset === 0) patterns.push(...wrappedForms(stem, endings));
      }
    }
  }
  return patterns;
}

/** The patterns of digits broken into lines, if nothing is encoded before them. */
function wrappedForms(digits: string, endings: readonly string[]): Pattern[] {
  return WIDTHS.filter((width) => digits.length >= width).flatMap((width) =>
    LINE_ENDS.map((end) => ({
      stem: wrapped(digits, width, end),
      endings: digits.length % width === 0 ? ["", ...endings.map((ending) => end + ending)] : endings,
    })),
  );
}

/** The digits that hold only bits of these bytes, when they follow `offset` other bytes. */
function innerDigits(bytes: Uint8Array, offset: number, { bits, encode }: Encoding): string {
  const shifted = Buffer.concat([new Uint8Array(offset), bytes]);
  return encode(shifted).slice(Math.ceil((offset * 8) / bits), Math.floor((shifted.length * 8) / bits));
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

/** A text broken into lines. */
function wrapped(text: string, width: number, end: string): string {
  const lines: string[] = [];
  for (let at = 0; at < text.length; at += width) lines.push(text.slice(at, at + width));
  return lines.join(end);
}
