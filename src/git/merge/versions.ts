import type { StoreData } from "../../store/store-data.ts";

/** The three versions that a merge starts from. Without a common ancestor, `base` is the empty store. */
export interface Sides {
  readonly base: StoreData;
  readonly ours: StoreData;
  readonly theirs: StoreData;
}

export type SideName = keyof Sides;
/** The two sides that a person can choose between. */
export type Choice = "ours" | "theirs";

/** One thing as each of the three versions has it; `undefined` where it is not there. */
export interface Versions<T> {
  readonly base: T | undefined;
  readonly ours: T | undefined;
  readonly theirs: T | undefined;
}

/**
 * The sides that a three-way merge may take: the one that changed, or either where both come to the same.
 *
 * @param same whether two versions are one and the same; absent ones are
 * @returns none when both changed, and not to the same
 */
export function acceptableSides<T>(
  { base, ours, theirs }: Versions<T>,
  same: (a: T, b: T) => boolean,
): readonly Choice[] {
  const equal = (a: T | undefined, b: T | undefined): boolean =>
    a === undefined || b === undefined ? a === b : same(a, b);
  if (equal(ours, theirs)) return ["ours", "theirs"];
  const sides: Choice[] = [];
  if (equal(theirs, base)) sides.push("ours");
  if (equal(ours, base)) sides.push("theirs");
  return sides;
}
