import type { WindowTable } from "./window-table.ts";

/** Odd factors of the two hashes: Knuth's multiplicative hash, and one of MurmurHash3. */
const FIRST = 0x9e3779b1;
const SECOND = 0x85ebca6b;

/** The largest control character that {@link WindowFilter.nextLikely} stops at: ESC. */
const CONTROL = 0x1b;

/**
 * The windows of some tables together: a Bloom filter with two hashes, where the bits at the hashes of each window are set,
 * so that most others cost one lookup in a small bitmap.
 */
export class WindowFilter {
  readonly #bits: Int32Array;
  /** 32 less the number of bits of a hash. */
  readonly #shift: number;
  readonly #tables: readonly WindowTable[];

  /** 64 bits per window, so that few others pass; at least 32 KiB, at most 4 MiB. */
  constructor(tables: readonly WindowTable[]) {
    const size = tables.reduce((sum, table) => sum + table.size, 0);
    this.#shift = 32 - Math.min(25, Math.max(18, Math.ceil(Math.log2(size * 64))));
    this.#bits = new Int32Array(1 << (32 - this.#shift - 5));
    this.#tables = tables;
    for (const table of tables) {
      for (const window of table.sorted()) {
        this.#set(Math.imul(window, FIRST) >>> this.#shift);
        this.#set(Math.imul(window, SECOND) >>> this.#shift);
      }
    }
  }

  /** Whether a window may be in a table. */
  mayHave(window: number): boolean {
    const bits = this.#bits;
    const first = Math.imul(window, FIRST) >>> this.#shift;
    if ((((bits[first >>> 5] as number) >>> (first & 31)) & 1) === 0) return false;
    const second = Math.imul(window, SECOND) >>> this.#shift;
    return (((bits[second >>> 5] as number) >>> (second & 31)) & 1) !== 0;
  }

  /** Whether a window is in a table. */
  has(window: number): boolean {
    return this.mayHave(window) && this.#tables.some((table) => table.find(window) !== -1);
  }

  /**
   * The index of the first byte that may be the last of a window in a table, or that is a control character; `end` if there
   * is none before that. This loop decides how fast the redactor is: it calls nothing, and takes two bytes a turn,
   * which also makes it too long to be inlined where it would be optimized late.
   *
   * @param last the window before
   */
  nextLikely(chunk: Uint8Array, from: number, end: number, last: number): number {
    const bits = this.#bits;
    const shift = this.#shift;
    let window = last;
    let at = from;
    for (; at + 1 < end; at += 2) {
      let byte = chunk[at] as number;
      if (byte <= CONTROL) return at;
      window = (window << 8) | byte;
      let bit = Math.imul(window, FIRST) >>> shift;
      if ((((bits[bit >>> 5] as number) >>> (bit & 31)) & 1) !== 0) {
        bit = Math.imul(window, SECOND) >>> shift;
        if ((((bits[bit >>> 5] as number) >>> (bit & 31)) & 1) !== 0) return at;
      }
      byte = chunk[at + 1] as number;
      if (byte <= CONTROL) return at + 1;
      window = (window << 8) | byte;
      bit = Math.imul(window, FIRST) >>> shift;
      if ((((bits[bit >>> 5] as number) >>> (bit & 31)) & 1) !== 0) {
        bit = Math.imul(window, SECOND) >>> shift;
        if ((((bits[bit >>> 5] as number) >>> (bit & 31)) & 1) !== 0) return at + 1;
      }
    }
    if (at < end) {
      const byte = chunk[at] as number;
      if (byte <= CONTROL || this.mayHave((window << 8) | byte)) return at;
    }
    return end;
  }

  #set(bit: number): void {
    this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] as number) | (1 << (bit & 31));
  }
}
