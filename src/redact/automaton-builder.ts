import { PprotectError } from "../common/errors.ts";
import { Automaton, type NumberedSource, type PatternSource } from "./automaton.ts";
import { WindowFilter } from "./window-filter.ts";
import { WindowTable } from "./window-table.ts";

/** Upper bound on the characters of all texts together: their patterns have a hundred times as many. */
const MAX_CHARACTERS = 1 << 20;

/** What to search for: one automaton for text, and one for digits, which may be broken into lines. */
export interface Automata {
  readonly text: Automaton;
  readonly digits: Automaton;
}

/** Patterns of a text, for one of the {@link Automata}. */
export interface TextPatterns {
  readonly kind: keyof Automata;
  readonly source: PatternSource;
  /** Number of characters of the text. */
  readonly characters: number;
}

/** Builds {@link Automata} from patterns. */
export class AutomatonBuilder {
  readonly #sources: NumberedSource[] = [];
  readonly #tables = { text: new WindowTable(), digits: new WindowTable() };
  #characters = 0;

  /**
   * Adds patterns. Of equal patterns the first is kept.
   *
   * @param all each with a stem of at least four bytes in UTF-8
   * @param secret the secret's number, which every match reports; numbers do not decrease
   * @throws PprotectError `environment` when the patterns would take too much memory
   */
  add(all: readonly TextPatterns[], secret: number): void {
    for (const { kind, source, characters } of all) {
      this.#characters += characters;
      if (this.#characters > MAX_CHARACTERS) {
        throw new PprotectError(
          "environment",
          "too many or too long secrets to redact",
          "select fewer secrets, or omit --redact",
        );
      }
      const index = this.#sources.push({ source, secret }) - 1;
      source.beginnings((window, length) => this.#tables[kind].add(window, index, length));
    }
  }

  /** Builds the automata. The builder must not be used afterwards. */
  build(): Automata {
    const { text, digits } = this.#tables;
    const filter = new WindowFilter([text, digits]);
    return {
      text: new Automaton(text, this.#sources, filter),
      digits: new Automaton(digits, this.#sources, filter),
    };
  }
}
