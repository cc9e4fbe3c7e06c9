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
    if (next === offsets.length || (offsets[next] as number) >= end) return NO_PLACES;
    const found: number[] = [];
    for (; next < offsets.length && (offsets[next] as number) < end; next++)
      found.push(this.#text.columnOf(at, offsets[next] as number));
    return found;
  }
}
