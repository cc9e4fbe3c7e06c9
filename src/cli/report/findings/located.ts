import { createHash } from "node:crypto";
import { type Finding, MESSAGE_PATH } from "../../../scan/finding.ts";

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
 * What a report says of a finding. Programs that read it know places in files only, so of a message it says which commit has it: a
 * report gives its placeholder path, where it must give one.
 */
export function describedFinding({ path, line, message, commit }: LocatedFinding): string {
  return isInMessage({ path }) && commit !== undefined
    ? `line ${line} of the message of commit ${commit} ${message}`
    : message;
}

/** Whether a finding is in the message of a commit, and in no file. */
export function isInMessage({ path }: Pick<Finding, "path">): boolean {
  return path === MESSAGE_PATH;
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
