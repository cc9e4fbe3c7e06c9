import type { StoreData } from "../store-data.ts";

/** When a version of a store was made, and where. */
export interface Moment {
  /** The commit's id; nothing for a file that is not committed. */
  readonly commit: string | undefined;
  /** As short as git's own output would have it. */
  readonly shortId: string | undefined;
  /** The author's, ms since 1970. Anyone can give a commit another one. */
  readonly time: number;
  readonly author: string;
  /** A ref that has the commit, where the history in question has not; nothing otherwise. */
  readonly branch: string | undefined;
}

/** A version of a store and the versions that it was made from. */
export interface Revision {
  readonly moment: Moment;
  /** The parents' stores; none where there was no store before. */
  readonly before: readonly StoreData[];
  readonly after: StoreData;
}

/** ms that the clock of another machine may be ahead of ours. */
const CLOCK_DIFFERENCE = 86_400_000;

/**
 * The age of what was made at a moment.
 *
 * @param now ms since 1970
 * @returns ms, never less than 0; `undefined` where the date is of no use, since it cannot be read or is in the future by more than
 *   clocks differ
 */
export function ageAt(now: number, { time }: Pick<Moment, "time">): number | undefined {
  const age = now - time;
  return age >= -CLOCK_DIFFERENCE ? Math.max(0, age) : undefined;
}

/**
 * Whether a value is older than it may be. One of unknown age is: its author chose the date of the commit, and would
 * otherwise keep the value from ever being too old.
 *
 * @param limit ms
 */
export function isOlderThan(limit: number, since: Pick<Moment, "time">, now: number): boolean {
  const age = ageAt(now, since);
  return age === undefined || age > limit;
}
