import { PprotectError } from "../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { configPath, readConfigFile } from "../config.ts";
import type { ValueProblem } from "./check.ts";

/** What is wrong with one of several values. */
export interface NamedProblem extends ValueProblem {
  readonly name: string;
}

/**
 * Compares values with what `.pprotect.yaml` beside the store asks for. Needs no credentials.
 *
 * @throws PprotectError `invalid_config`, `file_error`
 */
export async function valueProblems(
  store: string,
  values: Iterable<readonly [name: string, value: string]>,
): Promise<readonly NamedProblem[]> {
  const { values: rules } = readConfigFile(configPath(store));
  if (rules.size === 0) return [];
  const { valueChecker } = await import("./check.ts");
  const check = await valueChecker(rules);
  return [...values].flatMap(([name, value]) => {
    const problem = check(name, value);
    return problem ? [{ name, ...problem }] : [];
  });
}

/** Where the rules are, for a hint. */
export function ruleHint(store: string, [first]: readonly NamedProblem[]): string {
  return `${escapeUnprintable(configPath(store))}:${first?.line ?? 1} has the rule`;
}

/**
 * Refuses values that are not what `.pprotect.yaml` asks for.
 * @throws PprotectError `invalid_value` with the first of them; as {@link valueProblems}
 */
export async function requireValidValues(
  store: string,
  values: Iterable<readonly [name: string, value: string]>,
): Promise<void> {
  const problems = await valueProblems(store, values);
  const [first, ...more] = problems;
  if (!first) return;
  const others =
    more.length === 0 ? "" : ` (and ${more.length} more: ${more.map(({ name }) => name).join(", ")})`;
  throw new PprotectError(
    "invalid_value",
    `the value of "${displayName(first.name)}" ${first.message}${others}; nothing was changed`,
    ruleHint(store, problems),
  );
}
