import type { Automata } from "./automaton-builder.ts";
import { Cursor } from "./cursor.ts";
import { DIGIT } from "./digits.ts";
import { BREAK, ESCAPE_GAP, Gaps, NARROW_BREAK } from "./gaps.ts";
import { NO_BREAK, nextBreakState, nextGapBackslash, separates } from "./line-breaks.ts";
import { Matches } from "./matches.ts";
import { mayBeGap, pastGap } from "./past-gap.ts";
import { ESC, nextEscapeState, TEXT } from "./terminal-escapes.ts";
import { NONE, type Output } from "./trie.ts";
import { MIN_LENGTH } from "./window-table.ts";

/** The most bytes that may be between two bytes of a match. */
export const MAX_GAP = 4096;

/** A line that ends in this many digits may be one of encoded data. */
export const DATA_LINE = 16;

/** The largest part of a pattern that may be shown at a pause. */
const SHOWN_PART = 1 / 4;

/**
 * Searches a stream in three views at once: as it is; without escape sequences of terminals; and without those and line
 * breaks, for base64 and other digits. As long as the stream has neither, they are one, and most of it is skipped.
 */
export class MatchFinder {
  readonly matches = new Matches();
  readonly #automata: Automata;
  /** Text, without escape sequences. */
  readonly #shown: Cursor;
  /** Digits, without escape sequences and line breaks. */
  readonly #joined: Cursor;
  /** Text and digits in all bytes, while the last bytes have an escape sequence, or a digit that is part of a line break. */
  #raw: readonly [text: Cursor, digits: Cursor] | undefined;
  readonly #gaps = new Gaps();
  #escape = TEXT;
  #breakState = NO_BREAK;
  /** The kind of line break that the stream is in. */
  #break: typeof BREAK | typeof NARROW_BREAK | undefined;
  /** Number of bytes since the last gap, and since the last escape sequence. */
  #sinceGap = 0;
  #sinceEscape = 0;
  /** Length of the gap that the stream is in, in each view that has gaps. */
  #hidden = 0;
  #broken = 0;
  /** Number of bytes read. */
  #read = 0;
  /** The last bytes of the chunks before. */
  readonly #tail = new Uint8Array(DATA_LINE);

  constructor(automata: Automata) {
    this.#automata = automata;
    this.#shown = new Cursor(automata.text);
    this.#joined = new Cursor(automata.digits);
  }

  /** Number of bytes read so far. */
  get read(): number {
    return this.#read;
  }

  /** Reads a chunk. */
  search(chunk: Uint8Array): void {
    const { filter } = this.#shown.automaton;
    let backslash = -1;
    for (let at = 0; at < chunk.length; ) {
      // Most of a typical text is skipped here, as long as no pattern has begun.
      if (this.#isIdle) {
        if (backslash < at) backslash = nextGapBackslash(chunk, at);
        const next = filter.nextLikely(chunk, at, backslash, this.#shown.window);
        if (next > at) this.#skip(chunk, at, next);
        if (next === chunk.length) break;
        at = next;
        if (mayBeGap(chunk[at] as number)) {
          const after = pastGap(chunk, at, this.#shown.window, filter);
          if (after > at) {
            this.#skip(chunk, at, after);
            at = after;
            continue;
          }
        }
      }
      this.#step(chunk, at++);
    }
    this.#keepTail(chunk);
    if (this.#gaps.isLong) this.#gaps.forget(this.openStart());
  }

  /** The offset of the first byte that may be part of a match which has not ended; the end of the stream if there is none. */
  openStart(): number {
    let start = this.#read;
    for (const cursor of this.#cursors()) start = Math.min(start, this.#heldFrom(cursor, cursor.open));
    return start;
  }

  /** Whether all that is not matched yet is at most a quarter of each pattern that it may begin. */
  isShort(): boolean {
    const covered = this.matches.coveredFrom(this.#read);
    for (const cursor of this.#cursors()) {
      for (const { length, shortest } of cursor.beginnings()) {
        if (length > shortest * SHOWN_PART && this.#heldFrom(cursor, length) < covered) return false;
      }
    }
    return true;
  }

  /** All views have the same last bytes, and no pattern begins in them. */
  get #isIdle(): boolean {
    return (
      this.#sinceGap >= MIN_LENGTH &&
      this.#shown.state === NONE &&
      this.#joined.state === NONE &&
      this.#raw === undefined
    );
  }

  *#cursors(): Generator<Cursor> {
    yield this.#shown;
    yield this.#joined;
    if (this.#raw) yield* this.#raw;
  }

  #heldFrom(cursor: Cursor, length: number): number {
    if (this.#isRaw(cursor)) return this.#read - length;
    return this.#gaps.heldFrom(this.#read, length, cursor === this.#joined);
  }

  #isRaw(cursor: Cursor): boolean {
    return cursor !== this.#shown && cursor !== this.#joined;
  }

  #skip(chunk: Uint8Array, from: number, to: number): void {
    let { window } = this.#shown;
    for (let at = Math.max(from, to - MIN_LENGTH); at < to; at++)
      window = (window << 8) | (chunk[at] as number);
    this.#shown.window = window;
    this.#joined.window = window;
    this.#sinceGap += to - from;
    this.#sinceEscape += to - from;
    this.#read += to - from;
  }

  #step(chunk: Uint8Array, at: number): void {
    const byte = chunk[at] as number;
    if (this.#escape !== TEXT || byte === ESC) {
      this.#escape = nextEscapeState(this.#escape, byte);
      if (this.#escape !== TEXT) {
        this.#hide(byte);
        return;
      }
    }
    if (separates(this.#breakState, byte)) this.#joined.reset();
    this.#breakState = nextBreakState(this.#breakState, byte);
    const inBreak = this.#breakState !== NO_BREAK;
    // The `n` of `\n` may be the first digit of a match as well.
    if (inBreak && DIGIT[byte] === 1) this.#startRaw();
    const offset = this.#read++;
    this.#hidden = 0;
    this.#sinceEscape++;
    const mayEnter = this.#shown.mayEnter(byte);
    this.#advance(this.#shown, byte, mayEnter);
    if (inBreak) {
      this.#break ??= this.#endsDataLine(chunk, at) ? BREAK : NARROW_BREAK;
      this.#addGap(offset, this.#break);
      this.#extendBreak();
    } else {
      this.#break = undefined;
      this.#broken = 0;
      const isSame = this.#sinceGap++ >= MIN_LENGTH;
      this.#advance(this.#joined, byte, isSame ? mayEnter : this.#joined.mayEnter(byte));
    }
    if (this.#raw) this.#stepRaw(this.#raw, byte);
  }

  /** A byte of an escape sequence is only in the view of all bytes. */
  #hide(byte: number): void {
    const raw = this.#startRaw();
    this.#addGap(this.#read++, ESCAPE_GAP);
    this.#sinceEscape = 0;
    if (++this.#hidden === MAX_GAP) {
      this.#hidden = 0;
      this.#escape = TEXT;
      this.#shown.reset();
      this.#joined.reset();
    }
    this.#extendBreak();
    this.#stepRaw(raw, byte);
  }

  #startRaw(): readonly [text: Cursor, digits: Cursor] {
    this.#raw ??= [this.#shown.copy(this.#sinceEscape), new Cursor(this.#automata.digits)];
    return this.#raw;
  }

  #extendBreak(): void {
    if (++this.#broken < MAX_GAP) return;
    this.#broken = 0;
    this.#joined.reset();
  }

  #addGap(offset: number, kind: number): void {
    if (this.#sinceGap >= MIN_LENGTH && this.#shown.state === NONE && this.#joined.state === NONE)
      this.#gaps.clear();
    this.#gaps.add(offset, kind);
    this.#sinceGap = 0;
  }

  /** Searches the view of all bytes until the others find all that it would. */
  #stepRaw(raw: readonly [text: Cursor, digits: Cursor], byte: number): void {
    const [text, digits] = raw;
    const mayEnter = text.mayEnter(byte);
    this.#advance(text, byte, mayEnter);
    this.#advance(digits, byte, mayEnter);
    if (text.isWithin(this.#sinceEscape) && digits.isWithin(this.#sinceGap)) this.#raw = undefined;
  }

  #advance(cursor: Cursor, byte: number, mayEnter: boolean): void {
    const output = cursor.advance(byte, mayEnter);
    if (output) this.#record(cursor, output);
  }

  #record(cursor: Cursor, { length, secret }: Output): void {
    const end = this.#read;
    if (this.#isRaw(cursor)) {
      const start = end - length;
      this.matches.add({ start, end, continued: false, origin: start, secret });
      return;
    }
    const joined = cursor === this.#joined;
    const origin = this.#gaps.startOf(end, length, joined);
    const pieces = this.#gaps.withoutEscapes(this.#gaps.heldFrom(end, length, joined), end);
    for (const [index, piece] of pieces.entries()) {
      this.matches.add({ ...piece, continued: index > 0, origin, secret });
    }
  }

  /** Whether the bytes before an index are digits, as in a line of encoded data. */
  #endsDataLine(chunk: Uint8Array, end: number): boolean {
    for (let at = end - 1; at >= end - DATA_LINE; at--) {
      const byte = at >= 0 ? chunk[at] : this.#tail[this.#tail.length + at];
      if (DIGIT[byte as number] === 0) return false;
    }
    return true;
  }

  #keepTail(chunk: Uint8Array): void {
    if (chunk.length < DATA_LINE) this.#tail.copyWithin(0, chunk.length);
    this.#tail.set(chunk.subarray(-DATA_LINE), Math.max(0, DATA_LINE - chunk.length));
  }
}
