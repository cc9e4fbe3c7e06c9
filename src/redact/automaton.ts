import { Beginnings } from "./beginnings.ts";
import type { Pattern } from "./pattern.ts";
import { LINKED, NONE, OUTPUT, Trie } from "./trie.ts";
import type { WindowFilter } from "./window-filter.ts";
import { firstWindow, type WindowTable } from "./window-table.ts";

/** Patterns of a secret that are not made before the text has the first four bytes of one of them. */
export interface PatternSource {
  /** Reports the first four bytes of each pattern and a lower bound of its length, both in UTF-8. Some may repeat. */
  beginnings(report: (window: number, length: number) => void): void;
  /** All patterns. */
  patterns(): Iterable<Pattern>;
}

/** A source, and the number of the secret that every match reports. */
export interface NumberedSource {
  readonly source: PatternSource;
  readonly secret: number;
}

/**
 * An Aho–Corasick automaton over bytes (Aho and Corasick, "Efficient string matching", CACM 18(6), 1975) for hundreds of
 * thousands of long patterns.
 *
 * It has no states for fewer than four bytes: as long as the text does not contain the first four bytes of a pattern,
 * each byte costs one lookup in a small bitmap. All else is built lazily: patterns and their states when their first four
 * bytes are first seen, and a failure link when its state is first reached. Most texts need only a few of them.
 */
export class Automaton {
  readonly filter: WindowFilter;
  readonly beginnings: Beginnings;
  readonly trie = new Trie();
  readonly #table: WindowTable;
  readonly #sources: readonly NumberedSource[];
  /** Scratch space of {@link #link}. */
  readonly #unlinked: number[] = [];

  /** @param table from windows to indices of `sources` */
  constructor(table: WindowTable, sources: readonly NumberedSource[], filter: WindowFilter) {
    this.#table = table;
    this.#sources = sources;
    this.filter = filter;
    this.beginnings = new Beginnings(table);
  }

  /** The state after four bytes, regardless of what was before them. */
  enter(window: number): number {
    const slot = this.#table.find(window);
    if (slot === -1) return NONE;
    const known = this.#table.state(slot);
    return known === NONE ? this.#build(window, slot) : known;
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

  /** Adds the patterns that begin with these four bytes. */
  #build(window: number, slot: number): number {
    const entry = this.trie.addEntry();
    for (const index of this.#table.numbers(slot)) {
      const { source, secret } = this.#sources[index] as NumberedSource;
      for (const pattern of source.patterns()) {
        if (firstWindow(pattern.stem) === window) this.trie.add(entry, pattern, secret);
      }
    }
    this.#table.setState(slot, entry);
    return entry;
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
    return this.filter.mayHave(window) ? this.enter(window) : NONE;
  }
}
