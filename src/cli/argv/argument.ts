import { declareProperty } from "./declaration.ts";
import type { ValueType } from "./value-type.ts";

/** An argument that must be given. @param name for messages: "no NAME given" */
export function requiredArgument<Choice extends string>(
  name: string,
  type: ValueType<Choice>,
  description: string,
): Choice {
  return declareProperty({
    argument: { name, type, description, required: true, rest: false },
  });
}

/** An argument that may be left out: most are asked for then. */
export function optionalArgument(name: string, type: ValueType, description: string): string | undefined {
  return declareProperty({
    argument: { name, type, description, required: false, rest: false },
  });
}

/**
 * The program after `--` of a command that takes other arguments before it: the parser knows no two arguments that take
 * all the words that are left.
 */
export function programAfterEnd(name: string, type: ValueType, description: string): readonly string[] {
  return declareProperty({
    argument: { name, type, description, required: false, rest: true },
    afterEnd: true,
  });
}

/** All the arguments that are left. */
export function restArguments(name: string, type: ValueType, description: string): readonly string[] {
  return declareProperty({
    argument: { name, type, description, required: false, rest: true },
  });
}
