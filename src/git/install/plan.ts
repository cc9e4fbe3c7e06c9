import type { ByteText } from "./gitattributes-file.ts";
import type { InstallRecord } from "./install-record.ts";

/** One thing to do to a repository. */
export type Step =
  | { readonly kind: "attributes"; readonly text: ByteText | undefined }
  | { readonly kind: "set-config"; readonly key: string; readonly value: string }
  | { readonly kind: "unset-config"; readonly key: string }
  | { readonly kind: "write-hook"; readonly path: string; readonly text: string }
  | { readonly kind: "rename"; readonly from: string; readonly to: string }
  | { readonly kind: "remove"; readonly path: string }
  | { readonly kind: "make-folder"; readonly path: string }
  | { readonly kind: "remove-folder"; readonly path: string };

/** A part of what is to be done, as the user is told it. */
export interface Change {
  readonly says: string;
  readonly steps: readonly Step[];
}

/** What to do, and what is known afterwards. */
export interface Plan {
  readonly changes: readonly Change[];
  /** What is left to the user, a line each. */
  readonly notes: readonly string[];
  /** Lines to add to a file by hand. */
  readonly snippet?: { readonly file: string; readonly lines: string };
  readonly record: InstallRecord;
}
