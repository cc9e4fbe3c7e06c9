import { displayName } from "../../common/terminal-safe.ts";
import type { LinearPattern } from "../linear-pattern.ts";
import type { ValueRule, ValueRules } from "./section.ts";
import { notOfType } from "./types.ts";

/** What is wrong with a value, and the line of the rule. Never the value. */
export interface ValueProblem {
  /** `is not an integer`, after the value's name. */
  readonly message: string;
  readonly line: number;
}

/** Says what is wrong with the value of a secret, or nothing. */
export type ValueChecker = (name: string, value: string) => ValueProblem | undefined;

/**
 * Prepares checking values by a project's rules.
 *
 * @throws PprotectError `invalid_config` for a pattern that cannot be used
 */
export async function valueChecker(rules: ValueRules): Promise<ValueChecker> {
  if (rules.size === 0) return () => undefined;
  const patterns = await compiled(rules);
  return (name, value) => {
    const rule = rules.get(name);
    const message = rule && problemOf(rule, patterns.get(name), value);
    return message === undefined ? undefined : { message, line: rule?.line ?? 0 };
  };
}

async function compiled(rules: ValueRules): Promise<ReadonlyMap<string, LinearPattern>> {
  const withPattern = [...rules].filter(([, { pattern }]) => pattern !== undefined);
  if (withPattern.length === 0) return new Map();
  // The engine is large, and few projects need it.
  const { compileLinear } = await import("../linear-pattern.ts");
  return new Map(
    withPattern.map(([name, { pattern = "", invalid }]) => {
      const linear = compileLinear(pattern);
      if (typeof linear !== "string") return [name, linear] as const;
      throw invalid(
        `"pattern" of "${name}" cannot be used: ${displayName(linear)}`,
        "write it in the syntax of RE2: no back references, no looking around",
      );
    }),
  );
}

function problemOf(
  { type, minLength, pattern }: ValueRule,
  linear: LinearPattern | undefined,
  value: string,
): string | undefined {
  const not = type && notOfType(type, value);
  if (not !== undefined) return `is not ${not}${endsWithLine(value) ? ": it ends with a line end" : ""}`;
  if (minLength !== undefined && isShorter(value, minLength))
    return `is shorter than ${minLength} characters`;
  if (!linear) return undefined;
  switch (linear.matches(value)) {
    case true:
      return undefined;
    case false:
      return `does not match the pattern ${displayName(pattern ?? "")}`;
    case undefined:
      return "is too long for the pattern that it must match";
  }
}

function endsWithLine(value: string): boolean {
  return value.endsWith("\n");
}

/** In characters, not UTF-16 units. */
function isShorter(value: string, minimum: number): boolean {
  if (value.length >= 2 * minimum) return false;
  return [...value].length < minimum;
}
