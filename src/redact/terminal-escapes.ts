/**
 * Where a stream of bytes is in an escape sequence of a terminal (ECMA-48, and xterm's ctlseqs): CSI such as `ESC[31m`,
 * strings such as OSC 8 (links), and sequences of two bytes or with intermediate bytes such as `ESC(B`.
 */
export const TEXT = 0;
const ESCAPE = 1;
const INTERMEDIATE = 2;
const CONTROL = 3;
const STRING = 4;
const STRING_ESCAPE = 5;
const LAST = 6;

export const ESC = 0x1b;
const BEL = 0x07;

/** The first byte after ESC of a string: DCS, SOS, OSC, PM, APC. */
const STRINGS: ReadonlySet<number> = new Set(Buffer.from("PX]^_"));
const BRACKET = 0x5b;
const BACKSLASH = 0x5c;

/**
 * The state after a byte: {@link TEXT} if the byte is none of an escape sequence. A byte that a sequence cannot have ends
 * it, and is text.
 */
export function nextEscapeState(state: number, byte: number): number {
  if (byte === ESC) return state === STRING ? STRING_ESCAPE : ESCAPE;
  switch (state) {
    case STRING_ESCAPE:
      return byte === BACKSLASH ? LAST : afterEscape(byte);
    case ESCAPE:
      return afterEscape(byte);
    case INTERMEDIATE:
      return isIntermediate(byte) ? INTERMEDIATE : finalByte(byte, 0x30);
    case CONTROL:
      return byte >= 0x20 && byte < 0x40 ? CONTROL : finalByte(byte, 0x40);
    case STRING:
      if (byte === BEL) return LAST;
      return byte >= 0x20 ? STRING : TEXT;
    default:
      return TEXT;
  }
}

function afterEscape(byte: number): number {
  if (byte === BRACKET) return CONTROL;
  if (STRINGS.has(byte)) return STRING;
  return isIntermediate(byte) ? INTERMEDIATE : finalByte(byte, 0x30);
}

function isIntermediate(byte: number): boolean {
  return byte >= 0x20 && byte < 0x30;
}

function finalByte(byte: number, from: number): number {
  return byte >= from && byte < 0x7f ? LAST : TEXT;
}
