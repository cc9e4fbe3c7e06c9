import { MIN_LENGTH } from "./window-table.ts";

/** What may be inside a match without being part of it. */
export const ESCAPE_GAP = 0;
/** A line end and the white space after it, within digits. */
export const BREAK = 1;
/** A break after a line that is not one of encoded data, as far as one can see. */
export const NARROW_BREAK = 2;

/** The bytes from one offset of the stream to before another. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Where the latest gaps are, to find the offsets of a match in the stream. */
export class Gaps {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #kinds: number[] = [];
  #limit = 64;

  /** Adds a byte to the last gap, or a gap. */
  add(offset: number, kind: number): void {
    const last = this.#starts.length - 1;
    if (last >= 0 && this.#ends[last] === offset && this.#kinds[last] === kind) {
      this.#ends[last] = offset + 1;
      return;
    }
    this.#starts.push(offset);
    this.#ends.push(offset + 1);
    this.#kinds.push(kind);
  }

  clear(): void {
    this.#starts.length = this.#ends.length = this.#kinds.length = 0;
  }

  /** Whether {@link forget} is due. */
  get isLong(): boolean {
    return this.#starts.length > this.#limit;
  }

  /** Forgets the gaps before an offset. */
  forget(before: number): void {
    let count = 0;
    while ((this.#ends[count] ?? Number.POSITIVE_INFINITY) <= before) count++;
    for (const array of [this.#starts, this.#ends, this.#kinds]) array.splice(0, count);
    this.#limit = Math.max(64, this.#starts.length * 2);
  }

  /**
   * The offset at which the last `count` bytes before `end` start, without gaps.
   * @param joined whether breaks are gaps too
   */
  startOf(end: number, count: number, joined: boolean): number {
    return this.#walk(end, count, joined, 0);
  }

  /**
   * The same, from where on these bytes are held back and covered. Fewer than {@link MIN_LENGTH} digits before a
   * {@link NARROW_BREAK} are not: their line would be held back, though it is hardly one of encoded data.
   */
  heldFrom(end: number, count: number, joined: boolean): number {
    return this.#walk(end, count, joined, MIN_LENGTH);
  }

  /** @param least how many bytes before a narrow break count */
  #walk(end: number, count: number, joined: boolean, least: number): number {
    let at = end;
    let left = count;
    for (let index = this.#starts.length - 1; index >= 0; index--) {
      const kind = this.#kinds[index] as number;
      if (kind !== ESCAPE_GAP && !joined) continue;
      const gapEnd = this.#ends[index] as number;
      if (at - gapEnd >= left) break;
      left -= at - gapEnd;
      if (kind === NARROW_BREAK && left < least) return gapEnd;
      at = this.#starts[index] as number;
    }
    return at - left;
  }

  /** A range without the escape sequences in it. */
  withoutEscapes(start: number, end: number): Range[] {
    const pieces: Range[] = [];
    let to = end;
    for (let index = this.#starts.length - 1; index >= 0; index--) {
      const gapEnd = this.#ends[index] as number;
      if (gapEnd <= start) break;
      if (this.#kinds[index] !== ESCAPE_GAP) continue;
      if (gapEnd < to) pieces.push({ start: gapEnd, end: to });
      to = this.#starts[index] as number;
    }
    if (to > start) pieces.push({ start, end: to });
    return pieces.reverse();
  }
}
