import type { Pattern } from "./base-encodings.ts";
import { LINKED, NONE, OUTPUT, Trie } from "./trie.ts";

/** A pattern that no state was made for yet. */
export interface PendingPattern {
  readonly pattern: Pattern;
  /** Comes back with every match. */
  readonly secret: number;
}

/** What an {@link Automaton} is made of. */
export interface AutomatonTables {
  /** By the patterns' first four bytes, a signed big-endian number: the patterns, or the state that they start from. */
  readonly entries: Map<number, number | PendingPattern[]>;
  /** A bit for each {@link hash} of a key of `entries`. */
  readonly filter: Int32Array;
  /** By how many bits {@link hash} shifts. */
  readonly shift: number;
  /** The length of the shortest pattern that begins with one to three bytes, by {@link startKey}. */
  readonly starts: ReadonlyMap<number, number>;
}

/**
 * An Aho–Corasick automaton over bytes (Aho and Corasick, "Efficient string matching", CACM 18(6), 1975), laid
 * out for hundreds of thousands of long patterns. No state stands for less than four bytes: text that holds no
 * pattern's first four costs one look at a small bitmap for each byte. Those that a text does hold get the states of
 * their patterns when they are first seen, and a state its failure link when it is first reached: hardly any text
 * needs more than a few of all.
 */
export class Automaton {
  readonly filter: Int32Array;
  readonly shift: number;
  readonly starts: ReadonlyMap<number, number>;
  readonly trie = new Trie();
  readonly #entries: AutomatonTables["entries"];
  /** States on the way to {@link #link}. */
  readonly #unlinked: number[] = [];

  constructor({ entries, filter, shift, starts }: AutomatonTables) {
    this.#entries = entries;
    this.filter = filter;
    this.shift = shift;
    this.starts = starts;
  }

  /** The state after four bytes of which nothing is known but themselves. */
  enter(window: number): number {
    const known = this.#entries.get(window) ?? NONE;
    if (typeof known === "number") return known;
    const entry = this.trie.addEntry();
    for (const { pattern, secret } of known) this.trie.add(entry, pattern, secret);
    this.#entries.set(window, entry);
    return entry;
  }

  /**
   * The state that a byte leads to.
   * @param from a state that this automaton gave
   * @param window the last four bytes, with this one
   */
  next(from: number, byte: number, window: number): number {
    for (let state = from; state !== NONE; state = this.trie.failure(state)) {
      const child = this.trie.child(state, byte);
      if (child !== NONE) {
        if (!this.trie.has(child, LINKED)) this.#link(child, state, byte, window);
        return child;
      }
    }
    return this.#maybeEnter(window);
  }

  /**
   * Sets the failure link of a state that was not reached before, and of those that it leads to in turn, so that
   * with a state all that follow its failures are linked. What ends at them ends at it too.
   */
  #link(child: number, parent: number, byte: number, window: number): void {
    const { trie } = this;
    let suffix = parent;
    for (let state = child; state !== NONE && !trie.has(state, LINKED); state = trie.failure(state)) {
      let failure = NONE;
      while (failure === NONE && suffix !== NONE) {
        suffix = trie.failure(suffix);
        if (suffix !== NONE) failure = trie.child(suffix, byte);
      }
      trie.setFailure(state, failure === NONE ? this.#maybeEnter(window) : failure);
      this.#unlinked.push(state);
    }
    for (let state = this.#unlinked.pop(); state !== undefined; state = this.#unlinked.pop()) {
      const inherited = trie.output(trie.failure(state));
      if (inherited && !trie.has(state, OUTPUT)) trie.setOutput(state, inherited);
    }
  }

  #maybeEnter(window: number): number {
    return mayPass(this.filter, hash(window, this.shift)) ? this.enter(window) : NONE;
  }
}

/** Where four bytes stand in the filter: Knuth's multiplicative hash. */
export function hash(window: number, shift: number): number {
  return Math.imul(window, 0x9e3779b1) >>> shift;
}

/** Whether the filter has a bit. */
export function mayPass(filter: Int32Array, bit: number): boolean {
  return (((filter[bit >>> 5] as number) >>> (bit & 31)) & 1) !== 0;
}

/** The key of the last `length` bytes, one to three, of a window of four. */
export function startKey(window: number, length: number): number {
  return (length << 24) | (window & ((1 << (length * 8)) - 1));
}
