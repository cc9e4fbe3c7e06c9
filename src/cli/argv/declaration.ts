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
  /** Options that contradict it, by their long names. A value `json` does not contradict `--json`. */
  readonly excludes?: readonly string[];
  /** Options without one of which it means nothing: `--name`, or `--name value` for one value of it. */
  readonly needs?: readonly string[];
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

/** An option or argument of a command. */
export type Declared =
  | {
      readonly option: OptionDeclaration;
      /** The property's value where the line does not have the option. */
      readonly absent: unknown;
    }
  | {
      readonly argument: ArgumentDeclaration;
      /** Whether it takes all the words after `--`, and no others. */
      readonly afterEnd?: true;
    };

/** The value of a command's property until its line is read. */
class Declaration {
  readonly declared: Declared;

  constructor(declared: Declared) {
    this.declared = declared;
  }
}

/** Declares a property of a command; its type is that of the value which the line puts there. */
export function declareProperty<Value>(declared: Declared): Value {
  return new Declaration(declared) as Value;
}

/** What a command declares, by its properties, in their order: a base class's first. */
export type Declarations = ReadonlyMap<string, Declared>;

export function declarationsOf(command: object): Declarations {
  const declarations = new Map<string, Declared>();
  for (const [property, value] of Object.entries(command)) {
    if (value instanceof Declaration) declarations.set(property, value.declared);
  }
  return declarations;
}

/** The name that help and messages use for an option. */
export function longName({ names }: Pick<OptionDeclaration, "names">): string {
  return names.at(-1) ?? "";
}
