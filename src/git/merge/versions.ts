import type { StoreData } from "../../store/store-data.ts";

/** The three versions that a merge starts from. Without a common ancestor, `base` is the empty store. */
export interface StoreVersions {
  readonly base: StoreData;
  readonly ours: StoreData;
  readonly theirs: StoreData;
}

export type VersionName = keyof StoreVersions;
/** The two versions that a user can choose between. */
export type Side = "ours" | "theirs";

export const SIDES: readonly Side[] = ["ours", "theirs"];

export function otherSide(side: Side): Side {
  return side === "ours" ? "theirs" : "ours";
}

/** One thing as each of the three versions has it; `undefined` where it is absent. */
export interface Versions<T> {
  readonly base: T | undefined;
  readonly ours: T | undefined;
  readonly theirs: T | undefined;
}

/** The same part of each version. */
export function versionsOf<T>(
  versions: StoreVersions,
  part: (store: StoreData) => T | undefined,
): Versions<T> {
  return { base: part(versions.base), ours: part(versions.ours), theirs: part(versions.theirs) };
}

/**
 * The sides that a three-way merge may take: the one that changed, or either if both are equal.
 *
 * @param same whether two present versions are equal; two absent ones always are
 * @returns none when both sides changed and differ
 */
export function unchallengedSides<T>(
  { base, ours, theirs }: Versions<T>,
  same: (a: T, b: T) => boolean,
): readonly Side[] {
  const equal = (a: T | undefined, b: T | undefined): boolean =>
    a === undefined || b === undefined ? a === b : same(a, b);
  if (equal(ours, theirs)) return SIDES;
  if (equal(theirs, base)) return ["ours"];
  return equal(ours, base) ? ["theirs"] : [];
}
