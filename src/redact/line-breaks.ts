const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const LOWER_N = 0x6e;
const LOWER_R = 0x72;
export const BACKSLASH = 0x5c;

/** The byte before is part of no line break. */
export const NO_BREAK = 0;
/** The byte before is a backslash. */
const ESCAPED = 1;
/** The byte before ends a line, or is white space after that. */
const ENDED = 2;

export function isLineEnd(byte: number): boolean {
  return byte === LF || byte === CR;
}

/** 1 for each byte before which a backslash is a gap between digits: the others make an escape that is not a line break. */
const JOINED = new Uint8Array(256);
for (const byte of Buffer.from("\n\r\x1b\\/nr")) JOINED[byte] = 1;

/**
 * Where a stream is in a gap that may be within encoded data: a line end, as it is or escaped (`\n` in JSON, also in JSON
 * in JSON, and a backslash at the end of a line), with white space after it; and the backslash of `\/`, which some write
 * in JSON.
 *
 * @param state {@link NO_BREAK} at the start, then what was returned for the byte before
 * @returns {@link NO_BREAK} if the byte is not part of a gap
 */
export function nextBreakState(state: number, byte: number): number {
  if (byte === LF || byte === CR) return ENDED;
  if (byte === BACKSLASH) return ESCAPED;
  if (state === ESCAPED) return byte === LOWER_N || byte === LOWER_R ? ENDED : NO_BREAK;
  return state === ENDED && (byte === SPACE || byte === TAB) ? ENDED : NO_BREAK;
}

/** Whether a byte comes after a backslash that is not a gap: what is before the two is not in a row with what follows. */
export function separates(state: number, byte: number): boolean {
  return state === ESCAPED && JOINED[byte] === 0;
}

/** Backslashes nearer than this are found faster by a loop than by a call. */
const NEAR = 32;

/** The index of the next backslash that may be a gap; the end of the chunk if there is none. */
export function nextGapBackslash(chunk: Uint8Array, from: number): number {
  for (let at = from; ; at++) {
    const near = Math.min(chunk.length, at + NEAR);
    while (at < near && chunk[at] !== BACKSLASH) at++;
    if (at === near) at = chunk.indexOf(BACKSLASH, at);
    if (at === -1) return chunk.length;
    const next = chunk[at + 1];
    if (next === undefined || JOINED[next] === 1) return at;
  }
}
