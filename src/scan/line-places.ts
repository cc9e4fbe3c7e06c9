import type { ScanText } from "./scan-text.ts";

const NO_PLACES: readonly number[] = [];

/** Places in a text, by line. */
export class LinePlaces {
  readonly #text: ScanText;
  readonly #offsets: readonly number[];
  /** The first offset that may be in the line that is asked for next. */
  #next = 0;

  /** @param offsets in bytes, sorted */
  constructor(text: ScanText, offsets: readonly number[]) {
    this.#text = text;
    this.#offsets = offsets;
  }

  /** Where the places of a line are in its text. Fast when lines are asked for in order. */
  inLine(at: number): readonly number[] {
    const start = this.#text.start(at);
    const end = this.#text.end(at);
    const offsets = this.#offsets;
    let next = this.#next;
    while (next > 0 && (offsets[next - 1] as number) >= start) next--;
    while (next < offsets.length && (offsets[next] as number) < start) next++;
    this.#next = next;
    while (next < offsets.length && (offsets[next] as number) < end) next++;
    return next === this.#next ? NO_PLACES : this.#text.columnsOf(at, offsets.slice(this.#next, next));
  }
}
