/**
 * A kind of secret and how to find it. A rule is tried only on lines that contain one of its keywords, so a hundred rules
 * cost no more than the few that can match.
 *
 * Each rule has samples for and against it in test/scan/samples/; here, other scanners would report them.
 */
export interface Rule {
  /** Kebab case; what `pprotect:allow` and `.pprotectignore` name. */
  readonly id: string;
  /** What it finds, with its article: "a GitLab token". */
  readonly what: string;
  /** Lower case. A line that contains none of them, in any case, is skipped. See {@link LONG_RUN}. */
  readonly keywords: readonly string[];
  /**
   * Has the flag `g`. The secret is the group named `secret`, or else the whole match. Every repetition that can start at
   * many positions of a line is bounded, so that the time is linear in the length of the line.
   */
  readonly pattern: RegExp;
  /** The least entropy of the secret, in bits per character. */
  readonly minEntropy?: number;
  /** What the line has to match as well. */
  readonly line?: RegExp;
  /**
   * `token`: known by its own form, so it counts everywhere, also in very long lines and in lock files.
   * `context`: known only by what is around it, so placeholders and lock files are left out.
   */
  readonly kind: "token" | "context";
  /** The name of a further check, for what a regular expression cannot test. */
  readonly check?: RuleCheck;
}

export type RuleCheck = "basic-credentials" | "jwt" | "no-short-word" | "pem-body" | "random";

/**
 * In place of keywords: the rule is tried on lines that match {@link LONG_RUN_PATTERN}. For tokens with a prefix so short
 * that half of all lines contain it.
 */
export const LONG_RUN: readonly string[] = [];
export const LONG_RUN_PATTERN = /[\w.-]{30}/g;

/** Sets the kind of all rules in a group. */
export function rulesOf(kind: Rule["kind"], rules: readonly Omit<Rule, "kind">[]): readonly Rule[] {
  return rules.map((rule) => ({ ...rule, kind }));
}
