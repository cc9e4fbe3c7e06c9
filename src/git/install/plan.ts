import type { ByteText } from "./gitattributes-file.ts";
import type { InstallRecord } from "./install-record.ts";

/** One step of a plan. */
export type Step =
  | { readonly kind: "attributes"; readonly text: ByteText | undefined }
  | { readonly kind: "set-config"; readonly key: string; readonly value: string }
  | { readonly kind: "unset-config"; readonly key: string }
  /** @param mode the permissions; left out, they stay as they are */
  | { readonly kind: "write-hook"; readonly path: string; readonly text: string; readonly mode?: number }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "make-directory"; readonly path: string }
  | { readonly kind: "remove-directory"; readonly path: string };

/** A change that is shown to the user, with its steps. */
export interface Change {
  /** One line in the past tense, such as `.gitattributes: added protected.yaml`. */
  readonly summary: string;
  readonly steps: readonly Step[];
}

/** What to change in a repository, and the record to keep of it. */
export interface Plan {
  readonly changes: readonly Change[];
  /** What the user has to do or to know, one line each. */
  readonly notes: readonly string[];
  /** Lines that the user has to add to a file. */
  readonly snippet?: { readonly file: string; readonly lines: string };
  /** Why git does not run the guard when the plan is done: the user has to do something first. */
  readonly unguarded?: string;
  /** Files that were changed and are part of the repository, relative to the root. */
  readonly toCommit?: readonly string[];
  readonly record: InstallRecord;
}
