/** Whose rules and baseline count, each as what git puts before a path: `:` for the index, or `COMMIT:`. */
export interface CheckedVersions {
  /** What is checked: all commits, some, those that are pushed, or what is staged. */
  readonly of: "all" | "range" | "push" | "staged";
  /** What is staged, or the newest commits. */
  readonly tips: readonly string[];
  /** What was there before. */
  readonly bases: readonly string[];
}
