/** One added line of a staged file. */
export interface AddedLine {
  /** 1-based, in the new version of the file. */
  readonly number: number;
  /** Without its line end. */
  readonly text: string;
}

/** The path in findings of a commit's or a tag's message; `.pprotectignore` and the baseline name it too. */
export const MESSAGE_PATH = "commit message";

/** What makes a finding suppressed: a `pprotect:allow` in its line, `.pprotectignore`, or the baseline. */
export type SuppressedBy = "marker" | "ignore-file" | "baseline";

/** A likely secret, or a problem of a store. No part of the secret is in it, so it may be printed and logged. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  /** Id of the rule, as `pprotect:allow` and `.pprotectignore` take it. */
  readonly rule: string;
  /** What is wrong with an invalid store, as a code of `pprotect check`; a finding of another kind has none. */
  readonly code?: string;
  /** Whether it is a problem of a store, and not a likely secret. */
  readonly inStore?: boolean;
  /** What was found and what to do about it. */
  readonly message: string;
  /** The end of the message, if it is what to do about findings of this kind: a list says it once. */
  readonly advice?: string;
  /** A hash of the line with the secrets cut out, see fingerprint.ts; a problem of a store has none. */
  readonly fingerprint?: string;
  /**
   * What the baseline knows it by in the history, where nobody can correct it, and nowhere else. Of a problem of a store: a hash of
   * the version of the file without the lines that have problems. Of credentials that open one: the fingerprint.
   */
  readonly versionHash?: string;
  /** The release that has the rule first, or searches such a place first; left out for what the first release of all finds. */
  readonly since?: string;
  /** Why it stops nothing. */
  readonly suppressedBy?: SuppressedBy;
}

/** A match of a rule in a line, before overlapping matches are removed. */
export interface Hit {
  /** Index into the scanned lines. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  readonly rule: string;
  readonly what: string;
  /** What the finding says, if it is not what {@link what} says. */
  readonly message?: string;
  /** Of two hits that overlap, the one with the higher rank is reported. */
  readonly rank: number;
  /** The last line that belongs to the secret, if it has several: no other hit in them is reported. */
  readonly through?: number;
}

/** How specific a kind of rule is; see {@link Hit.rank}. */
export const RANK = {
  token: 40,
  known: 35,
  context: 30,
  team: 25,
  assignment: 20,
  entropy: 10,
  file: 0,
} as const;
