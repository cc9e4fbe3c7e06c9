import { PprotectError } from "../common/errors.ts";
import { Automaton, type AutomatonTables, hash, type PendingPattern, startKey } from "./automaton.ts";
import type { Pattern } from "./base-encodings.ts";
import { MIN_LENGTH } from "./trie.ts";

/** Upper bound on the characters of all patterns together. */
const MAX_CHARACTERS = 1 << 27;

/** Builds an {@link Automaton} from patterns. */
export class AutomatonBuilder {
  readonly #entries = new Map<number, PendingPattern[]>();
  readonly #starts = new Map<number, number>();
  #characters = 0;

  /**
   * Adds a pattern. Of equal patterns the first is kept.
   *
   * @param pattern its stem has at least {@link MIN_LENGTH} bytes in UTF-8
   * @param secret the secret's number, which every match reports
   * @throws PprotectError `environment` when the patterns would take too much memory
   */
  add(pattern: Pattern, secret: number): void {
    const { stem } = pattern;
    this.#characters += stem.length;
    if (this.#characters > MAX_CHARACTERS) {
      throw new PprotectError(
        "environment",
        "too many or too long secrets to redact",
        "select fewer secrets, or omit --redact",
      );
    }
    const window = firstWindow(stem);
    const same = this.#entries.get(window);
    if (same) same.push({ pattern, secret });
    else this.#entries.set(window, [{ pattern, secret }]);
    for (let length = 1; length < MIN_LENGTH; length++) {
      const key = startKey(window >> ((MIN_LENGTH - length) * 8), length);
      this.#starts.set(key, Math.min(this.#starts.get(key) ?? stem.length, stem.length));
    }
  }

  /** Builds the automaton. The builder must not be used afterwards. */
  build(): Automaton {
    return new Automaton({ entries: this.#entries, starts: this.#starts, ...filterOf(this.#entries) });
  }
}

/** The first four bytes of a text in UTF-8, as a signed big-endian number. */
function firstWindow(text: string): number {
  let window = 0;
  for (let at = 0; at < MIN_LENGTH; at++) {
    const code = text.charCodeAt(at);
    // Five UTF-16 code units: the fourth may be the first half of a surrogate pair.
    if (code >= 0x80) return Buffer.from(text.slice(0, MIN_LENGTH + 1)).readInt32BE();
    window = (window << 8) | code;
  }
  return window;
}

/** 64 bits per entry, so that few other windows pass; at least 32 KiB, at most 4 MiB. */
function filterOf(entries: ReadonlyMap<number, unknown>): Pick<AutomatonTables, "filter" | "shift"> {
  const bits = Math.min(25, Math.max(18, Math.ceil(Math.log2(entries.size * 64))));
  const shift = 32 - bits;
  const filter = new Int32Array(1 << (bits - 5));
  for (const window of entries.keys()) {
    const bit = hash(window, shift);
    filter[bit >>> 5] = (filter[bit >>> 5] as number) | (1 << (bit & 31));
  }
  return { filter, shift };
}
