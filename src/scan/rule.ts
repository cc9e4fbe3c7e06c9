/**
 * A kind of secret, as data. A rule is only ever tried on lines that hold one of its keywords, so that a
 * hundred rules cost no more than the few that could match.
 *
 * Each rule has samples for and against it in test/git/scan/samples/: not here, where other scanners would
 * take them for the real thing.
 */
export interface Rule {
  /** Kebab case; what `pprotect:allow` and `.pprotectignore` name. */
  readonly id: string;
  /** What it finds, with its article: "a GitLab token". */
  readonly what: string;
  /** Lower case. A line that holds none of them, in any case, is not looked at. See {@link LONG_RUN}. */
  readonly keywords: readonly string[];
  /**
   * Has the flag `g`. A group named `secret` is the secret, otherwise the whole match is. Every repetition that
   * can be entered at many places of a line is bounded, so that the time grows with the line and not faster.
   */
  readonly pattern: RegExp;
  /** Bits per character that the secret has at least. */
  readonly minEntropy?: number;
  /** What the line must match besides. */
  readonly line?: RegExp;
  /**
   * `token`: known by its own form, true wherever it stands, also in very long lines and in lock files.
   * `context`: known only by what stands around it, thus held to more: no placeholder, no lock file.
   */
  readonly kind: "token" | "context";
  /** A check by name, for what no regular expression can tell. */
  readonly check?: RuleCheck;
}

export type RuleCheck = "basic-credentials" | "jwt" | "no-short-word" | "pem-body" | "random";

/**
 * In place of keywords: the rule is tried on lines with {@link LONG_RUN_PATTERN}. For tokens whose prefix is so
 * short that half of all lines hold it.
 */
export const LONG_RUN: readonly string[] = [];
export const LONG_RUN_PATTERN = /[\w.-]{30}/g;

/** Fills in the field that all rules of a group share. */
export function rulesOf(kind: Rule["kind"], rules: readonly Omit<Rule, "kind">[]): readonly Rule[] {
  return rules.map((rule) => ({ ...rule, kind }));
}
