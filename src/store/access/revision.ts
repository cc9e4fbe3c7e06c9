import type { StoreData } from "../store-data.ts";

/** When a version of a store came to be, and where. */
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
