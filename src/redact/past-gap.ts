import { BACKSLASH, isLineEnd, NO_BREAK, nextBreakState } from "./line-breaks.ts";
import { ESC, nextEscapeState, TEXT } from "./terminal-escapes.ts";
import type { WindowFilter } from "./window-filter.ts";
import { MIN_LENGTH } from "./window-table.ts";

/** Longer gaps are left to the search byte by byte. */
const LONG_GAP = 512;

/** Whether {@link pastGap} is for a byte. */
export function mayBeGap(byte: number): boolean {
  return byte <= ESC || byte === BACKSLASH;
}

/**
 * Skips a control character, or gaps up to the fourth byte in a row after them.
 * @returns `from` if a match may begin before that
 */
export function pastGap(chunk: Uint8Array, from: number, last: number, filter: WindowFilter): number {
  const first = chunk[from] as number;
  if (first !== ESC && first !== BACKSLASH && !isLineEnd(first))
    return filter.mayHave((last << 8) | first) ? from : from + 1;
  const limit = Math.min(chunk.length, from + LONG_GAP);
  let raw = last;
  let shown = last;
  let joined = last;
  let sequence = TEXT;
  let broken = NO_BREAK;
  let row = 0;
  for (let at = from; at < limit; ) {
    const byte = chunk[at++] as number;
    raw = (raw << 8) | byte;
    if (filter.has(raw)) return from;
    if (sequence !== TEXT || byte === ESC) {
      sequence = nextEscapeState(sequence, byte);
      if (sequence !== TEXT) {
        row = 0;
        continue;
      }
    }
    shown = (shown << 8) | byte;
    if (filter.has(shown)) return from;
    broken = nextBreakState(broken, byte);
    if (broken !== NO_BREAK) {
      row = 0;
      continue;
    }
    joined = (joined << 8) | byte;
    if (filter.has(joined)) return from;
    if (++row === MIN_LENGTH) return at;
  }
  return from;
}
