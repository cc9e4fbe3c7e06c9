import { MIN_LENGTH, type WindowTable } from "./window-table.ts";

/** What patterns begin with, up to three bytes: for the end of a text, where more may follow. */
export class Beginnings {
  readonly #table: WindowTable;
  readonly #sorted: Uint32Array;

  constructor(table: WindowTable) {
    this.#table = table;
    this.#sorted = table.sorted();
  }

  /** Whether a pattern begins with the last `length` bytes (one to three) of a window. */
  has(window: number, length: number): boolean {
    const shift = (MIN_LENGTH - length) * 8;
    const first = (window << shift) >>> 0;
    const found = this.#sorted[this.#indexOf(first)];
    return found !== undefined && found >>> shift === first >>> shift;
  }

  /** The length of the shortest pattern that begins with these bytes; infinite if there is none. */
  shortest(window: number, length: number): number {
    const shift = (MIN_LENGTH - length) * 8;
    const first = (window << shift) >>> 0;
    let shortest = Number.POSITIVE_INFINITY;
    for (let at = this.#indexOf(first); at < this.#sorted.length; at++) {
      const found = this.#sorted[at] as number;
      if (found >>> shift !== first >>> shift) break;
      shortest = Math.min(shortest, this.#table.shortest(this.#table.find(found | 0)));
    }
    return shortest;
  }

  /** The index of the first window that is not smaller. */
  #indexOf(window: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as number) < window) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
