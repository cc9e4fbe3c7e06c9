import ignore, { type Ignore } from "ignore";

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
  readonly pattern: string;
  /** `undefined`: all rules. */
  readonly rules: ReadonlySet<string> | undefined;
}

const WITH_RULES = /^(.*\S)[ \t]+rule=([\w,-]+)[ \t]*$/;

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
  const matchers = new Map<string, Ignore>();
  return {
    problems,
    ignored(path, rule) {
      if (!ignore.isPathValid(path)) return false;
      let matcher = matchers.get(rule);
      if (!matcher) {
        matcher = matcherFor(rule, lines);
        matchers.set(rule, matcher);
      }
      return matcher.ignores(path);
    },
  };
}

function parseLine(raw: string): IgnoreLine | undefined {
  if (raw.trim() === "" || raw.startsWith("#")) return undefined;
  const [, pattern, rules] = WITH_RULES.exec(raw) ?? [];
  if (pattern === undefined || rules === undefined) return { pattern: raw, rules: undefined };
  return { pattern, rules: new Set(rules.split(",").filter((rule) => rule !== "")) };
}

function problemOf({ pattern, rules }: IgnoreLine, known: ReadonlySet<string>): string | undefined {
  if (rules) {
    const unknown = [...rules].find((rule) => !known.has(rule));
    return unknown === undefined ? undefined : `unknown rule \`${unknown}\``;
  }
  const matcher = ignore().add(pattern);
  if (pattern.startsWith("!") || !PROBES.every((probe) => matcher.ignores(probe))) return undefined;
  return "matches every file: list specific paths, or limit it with `rule=…`";
}

function matcherFor(rule: string, lines: readonly IgnoreLine[]): Ignore {
  return ignore().add(lines.filter(({ rules }) => rules?.has(rule) ?? true).map(({ pattern }) => pattern));
}
