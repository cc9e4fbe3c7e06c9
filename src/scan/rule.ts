import { LONG_WORD } from "./long-run.ts";

export { LONG_WORD } from "./long-run.ts";

/**
 * A kind of secret and how to find it with a regular expression. A rule is tried only on lines that contain one of its
 * keywords, so some hundred rules cost no more than the few that can match.
 *
 * Each rule has samples for and against it in test/scan/samples/; here, other scanners would report them.
 */
export interface Rule {
  /** Kebab case; what `pprotect:allow` and `.pprotectignore` name. */
  readonly id: string;
  /** What it finds, with its article: "a GitLab token". */
  readonly what: string;
  /** The release that has it first; without one, the first of all. See {@link RuleName.since}. */
  readonly since?: string;
  /** Lower case, of three characters and more; or {@link LONG_WORD}, for tokens with a shorter prefix or none. */
  readonly keywords: readonly string[];
  /**
   * Has the flag `g`. The secret is the group named `secret`, or else the whole match. Every repetition that can start at
   * many positions of a line is bounded, so that the time is linear in the length of the line.
   */
  readonly pattern: RegExp;
  /** The least entropy of the secret, in bits per character. */
  readonly minEntropy?: number;
  /** A text that every match has, in this case: lines without it are passed over quickly. */
  readonly has?: string;
  /** What every line with a match matches, and is tested faster than the pattern. */
  readonly quick?: RegExp;
  /** What the line has to match as well. */
  readonly line?: RegExp;
  /**
   * `token`: known by its own form, so it counts everywhere, also in very long lines and in lock files.
   * `context`: known only by what is around it, so placeholders and lock files are left out.
   */
  readonly kind: "token" | "context";
  /** What a regular expression cannot test. */
  readonly check?: (candidate: Candidate) => boolean;
  /** Its keywords are so common that a line needs a long run of characters too. */
  readonly inRun?: true;
  /** Not tested for being a placeholder: the match is fixed text and what follows it counts, or any signs are in it. */
  readonly anyText?: true;
  /** Whether the check looks at what follows the match. */
  readonly looksAhead?: true;
  /** Of a `context` rule: what a person seems to have chosen counts in tests too. */
  readonly chosenInTests?: true;
  /** Of a `context` rule: its matches count in tests and manuals too, even if they do not look random. */
  readonly alsoInExamples?: true;
  /**
   * Whether a checksum in the token is right. If it is, nothing else is asked. If it is not, the token has to look random
   * and not be in a test or a manual. `undefined` says nothing.
   */
  readonly checksum?: (token: string) => boolean | undefined;
}

/** A match to check: its secret, and the lines from its own on. */
export interface Candidate {
  readonly secret: string;
  /** The named groups of the pattern. */
  readonly groups: Readonly<Record<string, string | undefined>>;
  /** What follows the match in its line, then the next few lines; empty unless the rule looks ahead. */
  readonly following: readonly string[];
}

/** What may not be directly before a token; `\n` and `%3D` may. */
const BEFORE = String.raw`(?:(?<![A-Za-z0-9_-])|(?<=\\[nrt]|%[0-9A-F]{2}))`;
const AFTER = "(?![A-Za-z0-9_-])";

/** A shorter prefix cannot be a keyword. */
const SHORT = 3;

/** What a token rule may have besides its prefixes and its body. */
export type TokenOptions = Pick<
  Rule,
  "since" | "minEntropy" | "quick" | "line" | "check" | "checksum" | "inRun"
> & {
  /** Keywords, if the prefixes are patterns or too short. */
  readonly keywords?: readonly string[];
};

/**
 * A rule for tokens that start with one of some prefixes.
 *
 * @param body a pattern for the rest of the token
 */
export function token(
  id: string,
  what: string,
  prefixes: string | readonly string[],
  body: string,
  { keywords, ...options }: TokenOptions = {},
): Rule {
  const starts = typeof prefixes === "string" ? [prefixes] : prefixes;
  const words = starts.map((prefix) => prefix.toLowerCase());
  return {
    id,
    what,
    kind: "token",
    keywords: keywords ?? (words.some((word) => word.length < SHORT) ? [LONG_WORD] : words),
    pattern: new RegExp(
      `${BEFORE}(?:${starts.map((start) => RegExp.escape(start)).join("|")})${body}${AFTER}`,
      "g",
    ),
    ...(starts.length === 1 && starts[0] !== undefined ? { has: starts[0] } : {}),
    ...options,
  };
}

/** Sets the kind of all rules in a group. */
export function rulesOf(kind: Rule["kind"], rules: readonly Omit<Rule, "kind">[]): readonly Rule[] {
  return rules.map((rule) => ({ ...rule, kind }));
}
