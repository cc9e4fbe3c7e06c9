/** One added line of a staged file. */
export interface AddedLine {
  /** 1-based, in the new version of the file. */
  readonly number: number;
  /** Without its line end. */
  readonly text: string;
}

/** One likely secret. Nothing in it holds the secret or a part of it: it may be printed and logged. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  /** Id of the rule, as `pprotect:allow` and `.pprotectignore` take it. */
  readonly rule: string;
  /** What is wrong with an invalid store, as a code of `pprotect check`; a finding of another kind has none. */
  readonly code?: string;
  /** What it looks like and what to do about it. */
  readonly message: string;
}

/** Where in a line a rule saw a secret, before rules are weighed against each other. */
export interface Hit {
  /** Index into the scanned lines. */
  readonly at: number;
  readonly start: number;
  readonly end: number;
  readonly rule: string;
  readonly what: string;
  /** Where two hits overlap, the higher one is told. */
  readonly rank: number;
}

/** How telling a kind of rule is; see {@link Hit.rank}. */
export const RANK = { library: 50, token: 40, context: 30, assignment: 20, entropy: 10, file: 0 } as const;

/** The message of a finding: made of fixed words only. */
export function adviceFor(what: string): string {
  return `looks like ${what}: move it into the store with \`pprotect add-secret\` and replace it if it was ever shared, or mark the line \`pprotect:allow\` if it is no secret`;
}
