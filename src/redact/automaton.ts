import type { Pattern } from "./base-encodings.ts";
import { LINKED, NONE, OUTPUT, Trie } from "./trie.ts";

/** A pattern without states yet. */
export interface PendingPattern {
  readonly pattern: Pattern;
  /** The secret's number, which every match reports. */
  readonly secret: number;
}

/** The tables of an {@link Automaton}. */
export interface AutomatonTables {
  /** By the first four bytes of patterns (signed, big-endian): those patterns, or the state that they start from. */
  readonly entries: Map<number, number | PendingPattern[]>;
  /** A Bloom filter with one hash: the bit at the {@link hash} of each key of `entries` is set. */
  readonly filter: Int32Array;
  /** The number of bits that {@link hash} shifts by. */
  readonly shift: number;
  /** By {@link startKey} of one to three bytes: the length of the shortest pattern that begins with them. */
  readonly starts: ReadonlyMap<number, number>;
}

/**
 * An Aho–Corasick automaton over bytes (Aho and Corasick, "Efficient string matching", CACM 18(6), 1975) for hundreds of
 * thousands of long patterns.
 *
 * It has no states for fewer than four bytes: as long as the text does not contain the first four bytes of a pattern,
 * each byte costs one lookup in a small bitmap. States are built lazily: those of a pattern when its first four bytes
 * are first seen, and a failure link when its state is first reached. Most texts need only a few of them.
 */
export class Automaton {
  readonly filter: Int32Array;
  readonly shift: number;
  readonly starts: ReadonlyMap<number, number>;
  readonly trie = new Trie();
  readonly #entries: AutomatonTables["entries"];
  /** Scratch space of {@link #link}. */
  readonly #unlinked: number[] = [];

  constructor({ entries, filter, shift, starts }: AutomatonTables) {
    this.#entries = entries;
    this.filter = filter;
    this.shift = shift;
    this.starts = starts;
  }

  /** The state after four bytes, regardless of what was before them. */
  enter(window: number): number {
    const known = this.#entries.get(window) ?? NONE;
    if (typeof known === "number") return known;
    const entry = this.trie.addEntry();
    for (const { pattern, secret } of known) this.trie.add(entry, pattern, secret);
    this.#entries.set(window, entry);
    return entry;
  }

  /**
   * The next state.
   *
   * @param from the current state
   * @param window the last four bytes, including `byte`
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
   * Sets the failure link of a state that is reached for the first time, and of the states along its failure links.
   * Each state inherits the output of its failure state.
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

/** The index of four bytes in the filter: Knuth's multiplicative hash. */
export function hash(window: number, shift: number): number {
  return Math.imul(window, 0x9e3779b1) >>> shift;
}

/** Whether a bit of the filter is set. */
export function mayPass(filter: Int32Array, bit: number): boolean {
  return (((filter[bit >>> 5] as number) >>> (bit & 31)) & 1) !== 0;
}

/** The key of the last `length` bytes (one to three) of a window of four. */
export function startKey(window: number, length: number): number {
  return (length << 24) | (window & ((1 << (length * 8)) - 1));
}
