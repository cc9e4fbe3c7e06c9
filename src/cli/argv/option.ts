import { declareProperty, type OptionDeclaration } from "./declaration.ts";
import type { ValueType } from "./value-type.ts";

/** What few options need to say. */
interface Extra extends Pick<OptionDeclaration, "replaces" | "excludes" | "needs"> {
  /** Every command has it. Default: false. */
  readonly global?: boolean;
}

/**
 * An option without a value, false unless given.
 * @param names as typed, a short name first: `-y,--yes`
 */
export function flag(names: string, description: string, extra: Extra = {}): boolean {
  return declareProperty({
    option: declare(names, "none", description, extra),
    absent: false,
  });
}

/** An option with a value. Given more than once, the last one counts. */
export function option<Choice extends string>(
  names: string,
  type: ValueType<Choice>,
  description: string,
  extra?: Extra,
): Choice | undefined;
/** The same with a value that holds when it is not given. */
export function option<Choice extends string>(
  names: string,
  type: ValueType<Choice>,
  description: string,
  extra: Extra & { readonly initial: Choice },
): Choice;
export function option<Choice extends string>(
  names: string,
  type: ValueType<Choice>,
  description: string,
  { initial, ...extra }: Extra & { readonly initial?: Choice } = {},
): Choice | undefined {
  // Other words than the choices are refused, see check-line.ts.
  return declareProperty({
    option: { ...declare(names, "required", description, extra), type },
    absent: initial,
  });
}

/** An option with a value that may be given more than once. */
export function repeatableOption(
  names: string,
  type: ValueType,
  description: string,
  extra: Extra = {},
): readonly string[] {
  return declareProperty({
    option: { ...declare(names, "required", description, extra), type, repeatable: true },
    absent: [],
  });
}

/**
 * An option whose value may be left out: `true` then. The value follows `=`, or is a number in the next word.
 */
export function optionalValueOption(
  names: string,
  type: ValueType,
  description: string,
): string | true | undefined {
  return declareProperty({
    option: { ...declare(names, "optional", description, {}), type },
    absent: undefined,
  });
}

function declare(
  names: string,
  value: OptionDeclaration["value"],
  description: string,
  { global = false, replaces, excludes, needs }: Extra,
): OptionDeclaration {
  return {
    names: names.split(","),
    value,
    repeatable: false,
    description,
    global,
    ...(replaces !== undefined && { replaces }),
    ...(excludes && { excludes }),
    ...(needs && { needs }),
  };
}
