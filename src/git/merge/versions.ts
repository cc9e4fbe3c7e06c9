import type { StoreData } from "../../store/store-data.ts";

/** The three versions that a merge starts from. */
export interface StoreVersions {
  /** The common ancestor; the empty store if there is none, or if it cannot be read. */
  readonly base: StoreData;
  readonly ours: StoreData;
  readonly theirs: StoreData;
  /** Whether there is an ancestor that cannot be read: what only one side has may have been removed by the other. */
  readonly isBaseUnreadable?: boolean;
}

export type VersionName = "base" | "ours" | "theirs";
/** The two versions that a user can choose between. */
export type Side = "ours" | "theirs";

export const SIDES: readonly Side[] = ["ours", "theirs"];
export const VERSIONS: readonly VersionName[] = ["ours", "theirs", "base"];

/** The key material of every custodian that a side has; ours where they differ. */
export function custodiansOf({ ours, theirs }: StoreVersions): ReadonlyMap<string, string> {
  return new Map([...theirs.custodians, ...ours.custodians]);
}

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
 * The side that a three-way merge takes of one text: the one that changed it, or ours if both are equal.
 *
 * @returns `undefined` when both sides changed it and differ, or when one side alone has it and the other may have removed it
 */
export function changedSide(text: Versions<string>, { isBaseUnreadable }: StoreVersions): Side | undefined {
  const { base, ours, theirs } = text;
  if (ours === theirs) return "ours";
  if (isBaseUnreadable) return undefined;
  if (theirs === base) return "ours";
  return ours === base ? "theirs" : undefined;
}
