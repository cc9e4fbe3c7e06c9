import type { Automaton } from "./automaton.ts";
import { NONE, OUTPUT, type Output } from "./trie.ts";
import { MIN_LENGTH } from "./window-table.ts";

/** A place in one view of a stream: all bytes, or those that are left when others are skipped. */
export class Cursor {
  readonly automaton: Automaton;
  state = NONE;
  /** The last four bytes. */
  window = 0;
  /** How many bytes of the window were read. */
  #filled = 0;

  constructor(automaton: Automaton) {
    this.automaton = automaton;
  }

  /**
   * Reads a byte.
   *
   * @param mayEnter whether a pattern may begin with the last four bytes
   * @returns the longest pattern that ends with the byte
   */
  advance(byte: number, mayEnter: boolean): Output | undefined {
    const window = (this.window << 8) | byte;
    this.window = window;
    if (this.#filled < MIN_LENGTH) this.#filled++;
    if (this.state === NONE && (!mayEnter || this.#filled < MIN_LENGTH)) return undefined;
    return this.#move(byte, window);
  }

  /** Whether a pattern may begin with the last three bytes and another. */
  mayEnter(byte: number): boolean {
    return this.automaton.filter.mayHave((this.window << 8) | byte);
  }

  /** Goes to the next state, and from there to the longest suffix that more bytes may follow. */
  #move(byte: number, window: number): Output | undefined {
    const { automaton } = this;
    const { trie } = automaton;
    let state = this.state === NONE ? automaton.enter(window) : automaton.next(this.state, byte, window);
    const output = state !== NONE && trie.has(state, OUTPUT) ? trie.output(state) : undefined;
    while (state !== NONE && trie.isLeaf(state)) state = trie.failure(state);
    this.state = state;
    return output;
  }

  /** What comes does not continue what was before. */
  reset(): void {
    this.state = NONE;
    this.#filled = 0;
  }

  /** Another cursor in the same place, that has seen only the last `length` bytes. At least four, or all so far. */
  copy(length: number): Cursor {
    const { trie } = this.automaton;
    const copy = new Cursor(this.automaton);
    copy.state = this.state;
    copy.window = this.window;
    copy.#filled = this.#filled;
    while (copy.state !== NONE && trie.depth(copy.state) > length) copy.state = trie.failure(copy.state);
    return copy;
  }

  /** Whether what a cursor may have begun to match is within the last bytes. */
  isWithin(bytes: number): boolean {
    return bytes >= MIN_LENGTH && (this.state === NONE || bytes >= this.automaton.trie.depth(this.state));
  }

  /** The length of the longest beginning of a pattern that the view ends with. */
  get open(): number {
    if (this.state !== NONE) return this.automaton.trie.depth(this.state);
    for (let length = Math.min(MIN_LENGTH - 1, this.#filled); length > 0; length--) {
      if (this.automaton.beginnings.has(this.window, length)) return length;
    }
    return 0;
  }

  /** Each beginning of patterns that the view ends with: its length, and that of the shortest of these patterns. */
  *beginnings(): Generator<{ readonly length: number; readonly shortest: number }> {
    const { trie, beginnings } = this.automaton;
    for (let { state } = this; state !== NONE; state = trie.failure(state)) {
      yield { length: trie.depth(state), shortest: trie.shortest(state) };
    }
    for (let length = Math.min(MIN_LENGTH - 1, this.#filled); length > 0; length--) {
      const shortest = beginnings.shortest(this.window, length);
      if (Number.isFinite(shortest)) yield { length, shortest };
    }
  }
}
