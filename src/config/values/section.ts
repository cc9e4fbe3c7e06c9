import type { ValueWithLines } from "../../common/value-with-lines.ts";
import { secretNameProblem } from "../../store/format/names.ts";
import { MAX_PATTERN_LENGTH } from "./limits.ts";
import { isValueType, VALUE_TYPES, type ValueType } from "./types.ts";

/** What a value must look like. */
export interface ValueRule {
  readonly type: ValueType | undefined;
  /** A regular expression in the syntax of RE2 that the whole value must match. */
  readonly pattern: string | undefined;
  /** In characters. */
  readonly minLength: number | undefined;
  /** An error with the rule's place. */
  readonly invalid: (message: string, fix?: string) => Error;
  /** 1-based. */
  readonly line: number;
}

/** The rules for values, by the secret's name: they hold in every domain. */
export type ValueRules = ReadonlyMap<string, ValueRule>;

export const NO_VALUE_RULES: ValueRules = new Map();

const MAX_MIN_LENGTH = 1_000_000;

/**
 * Reads the section `values`: `NAME: {type, pattern, min_length}`. Patterns are not compiled yet.
 * @throws PprotectError `invalid_config`
 */
export function readValueRules(section: ValueWithLines): ValueRules {
  return new Map(
    section.entries('"values"').map(({ name, key, value }) => [name, readRule(name, key, value)]),
  );
}

function readRule(name: string, key: ValueWithLines, value: ValueWithLines): ValueRule {
  const problem = secretNameProblem(name);
  if (problem !== undefined) throw key.invalid(problem);
  const members = value.members(`the rule of "${name}"`, ["type", "pattern", "min_length"]);
  if (members.size === 0)
    throw key.invalid(`the rule of "${name}" is empty`, "give type, pattern or min_length");
  const at = members.get("pattern") ?? key;
  return {
    type: readType(members.get("type")),
    pattern: readPattern(members.get("pattern")),
    minLength: members.get("min_length")?.integer('"min_length"', 1, MAX_MIN_LENGTH),
    invalid: (message, fix) => at.invalid(message, fix),
    line: key.line,
  };
}

function readType(type: ValueWithLines | undefined): ValueType | undefined {
  const word = type?.text('"type"');
  if (word === undefined || isValueType(word)) return word;
  throw type?.invalid(`there is no such "type" of values`, `known types: ${VALUE_TYPES.join(", ")}`);
}

function readPattern(pattern: ValueWithLines | undefined): string | undefined {
  const source = pattern?.text('"pattern"');
  if (source === undefined || source.length <= MAX_PATTERN_LENGTH) return source;
  throw pattern?.invalid(`"pattern" is longer than ${MAX_PATTERN_LENGTH} characters`);
}
