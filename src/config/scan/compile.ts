import { displayName } from "../../common/terminal-safe.ts";
import type { TeamRule } from "../../scan/team-rules.ts";
import { compileGlob } from "./glob.ts";
import type { ScanRule, ScanRules } from "./section.ts";

/** Instructions of all patterns: no text is searched with more. */
const MAX_SIZE = 5000;

/**
 * Prepares searching for a team's patterns.
 *
 * @throws PprotectError `invalid_config` for a pattern that cannot be used
 */
export async function compileScanRules(rules: ScanRules): Promise<readonly TeamRule[]> {
  if (rules.length === 0) return [];
  // The engine is large, and few projects need it.
  const { compileLinePattern } = await import("../linear-pattern.ts");
  let size = 0;
  return rules.map((rule) => {
    const pattern = compileLinePattern(rule.pattern);
    if (typeof pattern === "string") {
      throw rule.invalid(
        `"pattern" of "${rule.id}" cannot be used: ${displayName(pattern)}`,
        "write it in the syntax of RE2: no back references, no looking around",
      );
    }
    size += pattern.size;
    if (size > MAX_SIZE)
      throw rule.invalid("the patterns are too large", "make repetitions such as {1,100} shorter");
    const { id, path, message, line } = rule;
    const applies = path === undefined ? () => true : compileGlob(path);
    const { mayMatch, matches } = pattern;
    return { id, message, line, applies, mayMatch, matches, source: sourceOf(rule) };
  });
}

function sourceOf({ id, pattern, path, message }: ScanRule): string {
  return JSON.stringify([id, pattern, path ?? null, message]);
}
