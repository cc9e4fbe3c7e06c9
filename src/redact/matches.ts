import type { Range } from "./gaps.ts";

/** A match, or a piece of one between escape sequences. */
export interface Match extends Range {
  /** An earlier piece of the same match was before it, and only escape sequences between. */
  readonly continued: boolean;
  /** Where the whole match starts, with digits that are not covered. */
  readonly origin: number;
  readonly secret: number;
}

/** The matches that are not replaced yet, in the order in which they are: the leftmost first, of those the longest. */
export class Matches {
  /** Each starts and ends after the one before it. */
  readonly #all: Match[] = [];

  get first(): Match | undefined {
    return this.#all[0];
  }

  /** Adds a match, unless another contains it, in place of those that it contains. */
  add(match: Match): void {
    let at = this.#all.length;
    while (at > 0 && isBefore(match, this.#all[at - 1] as Match)) at--;
    if (at > 0 && (this.#all[at - 1] as Match).end >= match.end) return;
    let contained = at;
    while ((this.#all[contained]?.end ?? Number.POSITIVE_INFINITY) <= match.end) contained++;
    this.#all.splice(at, contained - at, match);
  }

  /** Removes and returns the matches that start before an offset. */
  take(before: number): readonly Match[] {
    let count = 0;
    while ((this.#all[count]?.start ?? Number.POSITIVE_INFINITY) < before) count++;
    return count === 0 ? [] : this.#all.splice(0, count);
  }

  /** The first offset from which matches cover all bytes up to `end`. */
  coveredFrom(end: number): number {
    let from = end;
    for (let index = this.#all.length - 1; index >= 0; index--) {
      const match = this.#all[index] as Match;
      if (match.end < from) break;
      from = match.start;
    }
    return from;
  }
}

function isBefore(one: Match, other: Match): boolean {
  if (one.start !== other.start) return one.start < other.start;
  if (one.end !== other.end) return one.end > other.end;
  if (one.origin !== other.origin) return one.origin < other.origin;
  return one.secret < other.secret;
}
