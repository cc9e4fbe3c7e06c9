import type { CommandClass } from "clipanion";
import type { ValueType } from "./value-type.ts";

/** An option as it was declared: all that the parser, help, completion and `--json` know of it. */
export interface OptionDeclaration {
  /** As typed; a short name first, the long one last. */
  readonly names: readonly string[];
  readonly value: "none" | "required" | "optional";
  /** The value's type; none for a flag. */
  readonly type?: ValueType;
  readonly repeatable: boolean;
  readonly description: string;
  /** Whether every command has it. */
  readonly global: boolean;
  /** The argument that it replaces: given the option, the line has one argument fewer. */
  readonly replaces?: string;
}

/** An argument (a word that is not an option) as it was declared. */
export interface ArgumentDeclaration {
  readonly name: string;
  readonly type: ValueType;
  readonly description: string;
  readonly required: boolean;
  /** Whether it takes all the words that are left. */
  readonly rest: boolean;
}

/** What a command's options and arguments carry beside what clipanion needs. */
type Declared =
  | { readonly option: OptionDeclaration; readonly absent: unknown }
  | { readonly argument: ArgumentDeclaration; readonly afterEnd?: true };

const DECLARED = Symbol("declared");

/** Adds a declaration to an option of clipanion's; its type stays that of the value which the parser puts there. */
export function withDeclaration<Value>(spec: Value, declared: Declared): Value {
  return Object.assign(spec as object, { [DECLARED]: declared }) as Value;
}

/** @returns nothing for what was not declared, such as another property of a command */
export function declarationOf(spec: unknown): Declared | undefined {
  if (typeof spec !== "object" || spec === null) return undefined;
  return (spec as { readonly [DECLARED]?: Declared })[DECLARED];
}

/** Everything that a command declares, in the order of its properties: a base class's first. */
export function declarationsOf(command: CommandClass): {
  readonly options: readonly OptionDeclaration[];
  readonly arguments: readonly ArgumentDeclaration[];
} {
  const declared = Object.values(new command()).flatMap((spec) => declarationOf(spec) ?? []);
  return {
    options: declared.flatMap((each) => ("option" in each ? [each.option] : [])),
    arguments: declared.flatMap((each) => ("argument" in each ? [each.argument] : [])),
  };
}

/** The name that help and messages use for an option. */
export function longName({ names }: Pick<OptionDeclaration, "names">): string {
  return names.at(-1) ?? "";
}
