/** Minimum length of a pattern in bytes. The trie has no states for shorter prefixes. */
export const MIN_LENGTH = 4;

/** The first four bytes of a text in UTF-8, as a signed big-endian number. */
export function firstWindow(text: string): number {
  let window = 0;
  for (let at = 0; at < MIN_LENGTH; at++) {
    const code = text.charCodeAt(at);
    // Five UTF-16 code units: the fourth may be the first half of a surrogate pair.
    if (code >= 0x80) return Buffer.from(text.slice(0, MIN_LENGTH + 1)).readInt32BE();
    window = (window << 8) | code;
  }
  return window;
}

/** Knuth's multiplicative hash. @param shift 32 less the number of bits that are wanted */
function hash(window: number, shift: number): number {
  return Math.imul(window, 0x9e3779b1) >>> shift;
}

const EMPTY = 0;

/**
 * A hash table from windows, the first four bytes of patterns, to the numbers of what has such patterns. Open addressing
 * in typed arrays: a `Map` takes several times as long to fill with a few hundred thousand windows.
 */
export class WindowTable {
  #shift = 32 - 12;
  #windows = new Int32Array(1 << 12);
  /** By slot: the node of the last number that was added. */
  #lasts = new Int32Array(1 << 12);
  /** By slot: the length of the shortest pattern. */
  #shortest = new Int32Array(1 << 12);
  /** By slot: what {@link setState} set. */
  #states = new Int32Array(0);
  /** By node: the number, and the node before it of the same slot. Node 0 is not used. */
  #numbers = new Int32Array(1 << 12);
  #befores = new Int32Array(1 << 12);
  #nodes = 1;
  #size = 0;

  /** Number of different windows. */
  get size(): number {
    return this.#size;
  }

  /** Adds a number in increasing order. A number that is added again is kept once. */
  add(window: number, number: number, length: number): void {
    const slot = this.#slot(window);
    const last = this.#lasts[slot] as number;
    if (last === EMPTY || length < (this.#shortest[slot] as number)) this.#shortest[slot] = length;
    if (last !== EMPTY && this.#numbers[last] === number) return;
    if (this.#nodes === this.#numbers.length) {
      this.#numbers = doubled(this.#numbers);
      this.#befores = doubled(this.#befores);
    }
    this.#windows[slot] = window;
    this.#numbers[this.#nodes] = number;
    this.#befores[this.#nodes] = last;
    this.#lasts[slot] = this.#nodes++;
    if (last === EMPTY && ++this.#size * 2 > this.#windows.length) this.#grow();
  }

  /** The slot of a window, or -1. */
  find(window: number): number {
    const slot = this.#slot(window);
    return this.#lasts[slot] === EMPTY ? -1 : slot;
  }

  /** A number that belongs to a slot, 0 at first. No window may be added afterwards. */
  state(slot: number): number {
    return this.#states[slot] ?? 0;
  }

  setState(slot: number, state: number): void {
    if (this.#states.length === 0) this.#states = new Int32Array(this.#windows.length);
    this.#states[slot] = state;
  }

  /** The numbers of a slot, in increasing order. */
  numbers(slot: number): number[] {
    const numbers: number[] = [];
    for (let node = this.#lasts[slot] as number; node !== EMPTY; node = this.#befores[node] as number) {
      numbers.push(this.#numbers[node] as number);
    }
    return numbers.reverse();
  }

  /** The length of the shortest pattern of a slot, in bytes. */
  shortest(slot: number): number {
    return this.#shortest[slot] as number;
  }

  /** All windows, each once, as unsigned numbers in increasing order. */
  sorted(): Uint32Array {
    const all = new Uint32Array(this.#size);
    let count = 0;
    for (let slot = 0; slot < this.#windows.length; slot++) {
      if (this.#lasts[slot] !== EMPTY) all[count++] = this.#windows[slot] as number;
    }
    return all.sort();
  }

  /** The slot of a window, or the empty slot for it. */
  #slot(window: number): number {
    const mask = this.#windows.length - 1;
    let slot = hash(window, this.#shift);
    while (this.#lasts[slot] !== EMPTY && this.#windows[slot] !== window) slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [windows, lasts, shortest] = [this.#windows, this.#lasts, this.#shortest];
    this.#shift--;
    this.#windows = new Int32Array(windows.length * 2);
    this.#lasts = new Int32Array(windows.length * 2);
    this.#shortest = new Int32Array(windows.length * 2);
    for (let old = 0; old < windows.length; old++) {
      if (lasts[old] === EMPTY) continue;
      const slot = this.#slot(windows[old] as number);
      this.#windows[slot] = windows[old] as number;
      this.#lasts[slot] = lasts[old] as number;
      this.#shortest[slot] = shortest[old] as number;
    }
  }
}

function doubled(array: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
