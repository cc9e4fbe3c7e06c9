import type { Declarations, Declared, OptionDeclaration } from "./declaration.ts";
import { givenOptions, type LineWord } from "./line.ts";
import type { PropertyValues } from "./parser.ts";
import type { FoundCommand } from "./registry.ts";

/**
 * The values that a plain line gives the properties of its command: one that begins with the command's words, as they are
 * listed, with options that take a value always or never.
 *
 * @param args a line that `checkLine` has accepted
 * @returns `undefined` for any other line. For a plain one, the same as clipanion: a test holds them equal.
 */
export function plainValues(
  args: readonly string[],
  { name, declarations, read }: Pick<FoundCommand, "name" | "declarations" | "read">,
): PropertyValues | undefined {
  const words = name.split(" ");
  if (!words.every((word, index) => word === args[index] && read[index]?.kind === "argument"))
    return undefined;
  const rest = read.slice(words.length);
  if (!rest.every((word, index) => isPlain(word, args[words.length + index] ?? ""))) return undefined;
  const given = argumentValues(rest, declarations);
  if (!given) return undefined;
  const values = optionValues(rest);
  const options: Record<string, unknown> = {};
  for (const [property, declared] of declarations)
    if ("option" in declared) options[property] = optionValue(declared, values.get(declared.option) ?? []);
  return { ...options, ...given };
}

/** Whether it is an argument, or an option that needs no second look, spelled as it is declared. */
function isPlain(word: LineWord, typed: string): boolean {
  if (word.kind !== "option") return true;
  const { option, name } = word;
  return option !== undefined && option.value !== "optional" && !isNegated(option) && typed.startsWith(name);
}

/** Clipanion gives these names a meaning of their own, see `normalizeLine`. */
function isNegated({ names }: OptionDeclaration): boolean {
  return names.some((name) => name.startsWith("--no-"));
}

/** What the line gives each of its options: `true` for one without a value. */
function optionValues(words: readonly LineWord[]): Map<OptionDeclaration, (string | true)[]> {
  const values = new Map<OptionDeclaration, (string | true)[]>();
  for (const { option, value } of givenOptions(words)) {
    const given = option.value === "none" || (value ?? "");
    const before = values.get(option);
    if (before) before.push(given);
    else values.set(option, [given]);
  }
  return values;
}

/** The value of an option: of one that takes several, all of them; of any other, the last. */
function optionValue(
  { option, absent }: Extract<Declared, { option: unknown }>,
  values: readonly (string | true)[],
): unknown {
  if (option.repeatable) return values;
  return values.length === 0 ? absent : values.at(-1);
}

/** @returns `undefined` where the arguments are not simply given in the order in which they are declared */
function argumentValues(words: readonly LineWord[], declarations: Declarations): PropertyValues | undefined {
  const declared = [...declarations].flatMap(([property, each]) =>
    "argument" in each ? [{ property, ...each }] : [],
  );
  const program = declared.find(({ afterEnd }) => afterEnd);
  const taken = declared.filter(({ afterEnd }) => !afterEnd);
  const given = textsOf(words, (afterEnd) => !(program && afterEnd));
  const least = taken.filter(({ argument }) => argument.required).length;
  if (given.length < least || (given.length > 0 && !isInOrder(taken))) return undefined;
  const values: Record<string, unknown> = {};
  for (const { property, argument } of taken)
    values[property] = argument.rest ? given.splice(0) : given.shift();
  if (program) values[program.property] = textsOf(words, (afterEnd) => afterEnd);
  return given.length === 0 ? values : undefined;
}

function textsOf(words: readonly LineWord[], wanted: (afterEnd: boolean) => boolean): string[] {
  return words.flatMap((word) => (word.kind === "argument" && wanted(word.afterEnd) ? [word.text] : []));
}

/** Whether nothing follows an argument that may be left out but more of these: clipanion distributes others by their number. */
function isInOrder(declared: readonly Extract<Declared, { argument: unknown }>[]): boolean {
  const first = declared.findIndex(({ argument: { required, rest } }) => !required && !rest);
  return (
    first === -1 || declared.slice(first).every(({ argument: { required, rest } }) => !required && !rest)
  );
}
