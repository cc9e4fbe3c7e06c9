import type { CommandDescription } from "../argv/command-declaration.ts";
import { type ArgumentDeclaration, longName, type OptionDeclaration } from "../argv/declaration.ts";
import {
  amongOptions,
  argumentsBeforeEnd,
  argumentsIn,
  beginsWith,
  dashed,
  type LineWord,
  readLine,
  valuesOf,
} from "../argv/line.ts";
import type { ValueType } from "../argv/value-type.ts";

/** What the word at the cursor is. */
export type Place =
  /** A word of a command's name; `before` are the words of it that are there already. */
  | { readonly kind: "command"; readonly before: readonly string[] }
  | { readonly kind: "options" }
  /** A value; `start` is what the word has before it, such as `--file=`. */
  | { readonly kind: "value"; readonly type: ValueType; readonly start: string }
  | { readonly kind: "none" };

/** A line as far as completion needs to understand it. */
export interface Position {
  readonly place: Place;
  readonly command: CommandDescription | undefined;
  /** The arguments of the command before the cursor. */
  readonly given: readonly string[];
  /** The word up to the cursor. */
  readonly typed: string;
  /** Whether there is a `--` before the cursor: no word is an option after it. */
  readonly optionsEnded: boolean;
  /** Options on the line, apart from the cursor's word, by their long names. */
  readonly givenOptions: ReadonlySet<string>;
  /** The value of `--file`. */
  readonly file: string | undefined;
  /** The domains that the line names. */
  readonly domains: readonly string[];
}

/**
 * Finds out what the word at the cursor is, from the words around it, however wrong the line is.
 *
 * @param words the line's words after the program's name, quoting undone
 * @param cursor the index of the word that the cursor is in; that one ends at the cursor
 */
export function positionOf(
  words: readonly string[],
  cursor: number,
  commands: readonly CommandDescription[],
): Position {
  const typed = words[cursor] ?? "";
  const before = readWords(words.slice(0, cursor), commands);
  const all = readWords(words.with(cursor, ""), commands);
  const { command } = before;
  const slots = slotsOf(command, all.read);
  // Beside other arguments, a program is what comes after `--`, and nothing else.
  const program = slots.length > 1 ? slots.find(({ type }) => type.kind === "program") : undefined;
  const onLine = program ? argumentsBeforeEnd(before.read) : argumentsIn(before.read);
  const given = onLine.slice(command?.name.split(" ").length ?? 0);
  const slotAt = (index: number) => slots[index] ?? slots.find(({ rest }) => rest);
  const named = given.filter((_, index) => namesDomain(slotAt(index)?.type));
  const position = {
    command,
    given,
    typed,
    optionsEnded: before.ended,
    givenOptions: new Set(optionsIn(all.read).map(longName)),
    file: valuesOf(all.read, "--file").filter(Boolean).at(-1),
    domains: [...valuesOf(all.read, "--domain").filter(Boolean), ...named],
  };
  const slot = before.ended && program ? program : slotAt(given.length);
  return { ...position, place: placeOf(typed, before, slot, commands) };
}

function namesDomain(type: ValueType | undefined): boolean {
  return type?.kind === "domain" || type?.kind === "secret-path" || type?.kind === "new-secret-path";
}

interface Reading {
  readonly read: readonly LineWord[];
  readonly command: CommandDescription | undefined;
  readonly ended: boolean;
}

function readWords(words: readonly string[], commands: readonly CommandDescription[]): Reading {
  const read = readLine(words, (name, before) => optionNamed(name, commandOf(before, commands), commands));
  return {
    read,
    command: commandOf(argumentsIn(read), commands),
    ended: read.some(({ kind }) => kind === "end"),
  };
}

function commandOf(
  args: readonly string[],
  commands: readonly CommandDescription[],
): CommandDescription | undefined {
  return commands
    .filter(({ name }) => beginsWith(args, name))
    .toSorted((a, b) => b.name.length - a.name.length)[0];
}

function optionNamed(
  name: string,
  command: CommandDescription | undefined,
  commands: readonly CommandDescription[],
): OptionDeclaration | undefined {
  if (command) return amongOptions(command.options)(name, []);
  // Before the command is known, an option is what most commands take it for: the name of something that exists.
  const named = commands.flatMap(({ options }) => amongOptions(options)(name, []) ?? []);
  return named.find(({ type }) => type?.kind !== "text" && type?.kind !== "new-domain") ?? named[0];
}

function placeOf(
  typed: string,
  { command, read, ended }: Reading,
  slot: ArgumentDeclaration | undefined,
  commands: readonly CommandDescription[],
): Place {
  const last = read.at(-1);
  const awaiting = last?.kind === "option" && last.value === undefined ? last.option : undefined;
  if (awaiting?.value === "required" && awaiting.type)
    return { kind: "value", type: awaiting.type, start: "" };
  if (!ended && typed.startsWith("-")) return placeOfOption(typed, command, commands);
  if (!command) return ended ? { kind: "none" } : { kind: "command", before: argumentsIn(read).map(dashed) };
  if (slot) return { kind: "value", type: slot.type, start: "" };
  return ended ? { kind: "none" } : { kind: "options" };
}

function placeOfOption(
  typed: string,
  command: CommandDescription | undefined,
  commands: readonly CommandDescription[],
): Place {
  const [word] = readLine([typed], (name) => optionNamed(name, command, commands));
  if (word?.kind !== "option" || word.value === undefined) return { kind: "options" };
  const { option, value } = word;
  // A value that may be left out is not offered: there is nothing to choose from.
  if (option?.value !== "required" || !option.type) return { kind: "none" };
  return { kind: "value", type: option.type, start: typed.slice(0, typed.length - value.length) };
}

/** The arguments that no option on the line gives already. */
function slotsOf(
  command: CommandDescription | undefined,
  read: readonly LineWord[],
): readonly ArgumentDeclaration[] {
  const replaced = optionsIn(read).map(({ replaces }) => replaces);
  return command?.arguments.filter(({ name }) => !replaced.includes(name)) ?? [];
}

function optionsIn(read: readonly LineWord[]): OptionDeclaration[] {
  return read.flatMap((word) => (word.kind === "option" && word.option ? [word.option] : []));
}
