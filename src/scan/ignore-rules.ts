import { type IgnorePattern, parseIgnorePattern } from "./ignore-pattern.ts";

/** A line of `.pprotectignore` that has no effect, and why. */
export interface IgnoreProblem {
  readonly line: number;
  readonly problem: string;
}

/** The rules of a `.pprotectignore`. */
export interface IgnoreRules {
  /** @param path relative to the repository's root, with slashes */
  ignored(path: string, rule: string): boolean;
  /** Lines that have no effect, to be reported. */
  readonly problems: readonly IgnoreProblem[];
}

interface IgnoreLine {
  readonly pattern: IgnorePattern;
  /** `undefined`: all rules. */
  readonly rules: ReadonlySet<string> | undefined;
}

const WITH_RULES = /^(.*\S)[ \t]+rule=([\w,-]+)[ \t]*$/;

/** Paths that are not relative to the root. */
const ELSEWHERE = /^(?:\.{0,2}\/|\.{0,2}$)/;

/** Paths that no pattern matches unless it matches every file. */
const PROBES = ["pprotect-probe", "pprotect-probe/pprotect-probe.pprotect-probe"];

/**
 * Reads `.pprotectignore`: gitignore syntax, where a line may end with `rule=id` or `rule=id,id` and then applies to
 * these rules only.
 *
 * ```gitignore
 * # recorded answers of a test server
 * test/recordings/
 * docs/*.md rule=jwt,authorization-header
 * !docs/setup.md rule=jwt
 * ```
 *
 * As in git, the last line that matches a path decides. A line for all rules that matches every path, such as `*`, has no
 * effect and is reported, so that the guard cannot be switched off with it.
 *
 * @param known all rule ids, to report a mistyped one
 */
export function parseIgnoreRules(text: string, known: ReadonlySet<string>): IgnoreRules {
  const problems: IgnoreProblem[] = [];
  const lines: IgnoreLine[] = [];
  text.split(/\r?\n/).forEach((raw, index) => {
    const line = parseLine(raw);
    if (!line) return;
    const problem = problemOf(line, known);
    if (problem === undefined) lines.push(line);
    else problems.push({ line: index + 1, problem });
  });
  const patterns = new Map<string, readonly IgnorePattern[]>();
  return {
    problems,
    ignored(path, rule) {
      if (ELSEWHERE.test(path)) return false;
      let found = patterns.get(rule);
      if (!found) {
        found = patternsFor(rule, lines);
        patterns.set(rule, found);
      }
      return isIgnored(path, found);
    },
  };
}

function parseLine(raw: string): IgnoreLine | undefined {
  if (raw.trim() === "" || raw.startsWith("#")) return undefined;
  const [, limited, rules] = WITH_RULES.exec(raw) ?? [];
  const pattern = parseIgnorePattern(limited ?? raw);
  if (!pattern) return undefined;
  if (rules === undefined) return { pattern, rules: undefined };
  return { pattern, rules: new Set(rules.split(",").filter((rule) => rule !== "")) };
}

function problemOf({ pattern, rules }: IgnoreLine, known: ReadonlySet<string>): string | undefined {
  if (rules) {
    const unknown = [...rules].find((rule) => !known.has(rule));
    return unknown === undefined ? undefined : `unknown rule \`${unknown}\``;
  }
  if (pattern.negated || !PROBES.every((probe) => isIgnored(probe, [pattern]))) return undefined;
  return "matches every file: list specific paths, or limit it with `rule=…`";
}

function patternsFor(rule: string, lines: readonly IgnoreLine[]): readonly IgnorePattern[] {
  return lines.filter(({ rules }) => rules?.has(rule) ?? true).map(({ pattern }) => pattern);
}

/** Whether the last pattern that matches a path, or a directory above it, ignores it: what is in an ignored one stays ignored. */
function isIgnored(path: string, patterns: readonly IgnorePattern[]): boolean {
  const names = path.split("/").map((name) => [...name]);
  const ignored = names.map(() => false);
  for (const pattern of patterns) {
    pattern.matches(names).forEach((matches, level) => {
      if (matches) ignored[level] = !pattern.negated;
    });
  }
  return ignored.includes(true);
}
