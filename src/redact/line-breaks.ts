const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;

export function isLineEnd(byte: number): boolean {
  return byte === LF || byte === CR;
}

/**
 * Whether a byte belongs to a line break, which may be within encoded data: a line end, or white space after one.
 * @param inside whether the byte before it does
 */
export function isBreak(byte: number, inside: boolean): boolean {
  return byte === LF || byte === CR || (inside && (byte === SPACE || byte === TAB));
}
