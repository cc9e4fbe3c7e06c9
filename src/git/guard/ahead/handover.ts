import type { Finding } from "../../../scan/finding.ts";
import type { FileVersion } from "../work-tree-file.ts";

/** What the second thread gets. */
export interface Handover {
  /** The root of the work tree. */
  readonly directory: string;
  readonly files: readonly FileVersion[];
  /** Of the claims. */
  readonly memory: SharedArrayBuffer;
}

/** What the scanner found in a whole file, without rules of the team. */
export interface FileScan {
  readonly findings: readonly Finding[];
  /** What a marker in its line allows. */
  readonly suppressed: readonly Finding[];
}

/** The files that the second thread scanned, by their indexes. */
export type ThreadAnswer = readonly (readonly [index: number, scan: FileScan])[];
