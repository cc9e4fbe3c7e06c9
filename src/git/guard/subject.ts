import type { Eventual } from "../../common/eventual.ts";
import type { Finding } from "../../scan/finding.ts";
import type { Diff, DiffReader } from "./diff-reader.ts";
import type { Tally } from "./tally.ts";

/** The findings in one commit, sorted by path and line. */
export interface Verdict {
  readonly errors: readonly Finding[];
  /** Shown to the user; the commit is not refused because of them. */
  readonly warnings: readonly Finding[];
  /** What was found and is accepted; {@link Finding.suppressedBy} says by what. */
  readonly suppressed: readonly Finding[];
}

/** Whether anything was found, even if it is suppressed. */
export function hasFindings({ errors, warnings, suppressed }: Verdict): boolean {
  return errors.length + warnings.length + suppressed.length > 0;
}

/** A commit, or what is staged for one. */
export interface Subject {
  /** What git puts before the path of a file of the new version: `:` for the index, or `COMMIT:`. */
  readonly prefix: string;
  /** How many parents it is compared with; 1 for a root commit, which is compared with the empty tree. */
  readonly diffs: number;
  /** Its next diff; the diff against the first parent comes last. */
  next(): Eventual<Diff | undefined>;
  /** The diff of some files against the first parent, as text even where attributes say otherwise. */
  asText(paths: readonly string[]): DiffReader;
  /** All files of the new version, as one diff against nothing. */
  tree(): Promise<DiffReader>;
  /** Counts what is read. */
  readonly tally: Tally;
  /** The merge bases, or `undefined` when they cannot be known. Called only when a merge changes a store. */
  bases(): Promise<readonly string[] | undefined>;
  /** The commits it is made from: its history is what they and their ancestors are. */
  readonly parents: readonly string[];
}

/** Findings that are collected. */
export interface Findings {
  readonly errors: Finding[];
  readonly warnings: Finding[];
  readonly suppressed: Finding[];
}

/** Adds findings, of which a hostile file may have more than a call takes arguments. */
export function addAll<Each>(findings: Each[], more: Iterable<Each>): void {
  for (const finding of more) findings.push(finding);
}

/** @returns nothing found */
export function noFindings(): Findings {
  return { errors: [], warnings: [], suppressed: [] };
}
