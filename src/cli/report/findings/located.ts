import { createHash } from "node:crypto";
import type { Finding } from "../../../scan/finding.ts";

/** A finding in a commit, in what is staged, or in a file. */
export interface LocatedFinding extends Finding {
  readonly commit?: string | undefined;
}

/** What a check found, for a report. */
export interface FoundProblems {
  readonly errors: readonly LocatedFinding[];
  readonly warnings: readonly LocatedFinding[];
  readonly suppressed: readonly LocatedFinding[];
}

/**
 * Names a finding by its rule, its path and its line without the secret: it stays the same when commits are rebased and
 * lines are moved. A problem of a store is named by its message, which holds no value.
 *
 * @returns SHA-256, in hex
 */
export function findingFingerprint({ rule, path, fingerprint, message }: Finding): string {
  return createHash("sha256")
    .update(JSON.stringify([rule, path, fingerprint ?? message]))
    .digest("hex");
}
