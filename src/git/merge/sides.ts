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

/** All keys of three maps, each once, ours first. */
export function unionOfKeys(...maps: readonly (ReadonlyMap<string, unknown> | undefined)[]): string[] {
  return [...new Set(maps.flatMap((map) => [...(map?.keys() ?? [])]))];
}

/**
 * The side that a three-way merge takes: the one that changed, either when both made the same change.
 *
 * @param same whether two versions are one and the same; absent ones are
 * @returns `undefined` when both changed, and not to the same
 */
export function changedSide<T>(
  { base, ours, theirs }: Versions<T>,
  same: (a: T, b: T) => boolean,
): Choice | undefined {
  const equal = (a: T | undefined, b: T | undefined): boolean =>
    a === undefined || b === undefined ? a === b : same(a, b);
  if (equal(ours, theirs) || equal(theirs, base)) return "ours";
  return equal(ours, base) ? "theirs" : undefined;
}
