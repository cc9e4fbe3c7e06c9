/** A commit to check. */
export interface Commit {
  /** In full. */
  readonly id: string;
  readonly parents: readonly string[];
}
