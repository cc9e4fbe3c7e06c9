import type { Finding } from "../../scan/finding.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import type { StoreData } from "../../store/store-data.ts";

/** A new version of a store and the versions that it came from. */
export interface StoreRevision {
  readonly path: string;
  readonly store: StoreData;
  /** The parents that could be read; a parent without the file counts as an empty store. */
  readonly parents: readonly StoreData[];
  /** The common ancestors of a merge; `undefined` for another commit, or when a version could not be read. */
  readonly bases: readonly StoreData[] | undefined;
  /** 1-based line of an entry, or of the nearest entry around it. */
  lineOf(path: EntryPath): number;
}

export interface ChangeFindings {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** A finding without its file and line. */
export interface Remark {
  readonly at: EntryPath;
  readonly rule: string;
  readonly message: string;
}
