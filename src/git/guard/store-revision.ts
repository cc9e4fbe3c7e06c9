import type { Finding } from "../../scan/finding.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import type { StoreData } from "../../store/store-data.ts";

/** A new version of a store and the versions that it came from. */
export interface StoreRevision {
  readonly path: string;
  readonly store: StoreData;
  /** One for each parent that could be read; a parent without the file has the empty store. */
  readonly parents: readonly StoreData[];
  /** In a merge the common ancestors; otherwise, or where one version could not be read, nothing. */
  readonly bases: readonly StoreData[] | undefined;
  lineOf(path: EntryPath): number;
}

export interface ChangeFindings {
  readonly errors: readonly Finding[];
  readonly warnings: readonly Finding[];
}

/** A finding before it has its place in a file. */
export interface Remark {
  readonly at: EntryPath;
  readonly rule: string;
  readonly message: string;
}
