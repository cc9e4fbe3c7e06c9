import type { CompletedCommand, CompletedOption } from "./command-list.ts";
import type { Value } from "./value-kinds.ts";

/** What stands where the cursor is. */
export type Place =
  /** A word of a command's name; `before` are those that stand already. */
  | { readonly kind: "command"; readonly before: readonly string[] }
  | { readonly kind: "options" }
  /** A value; `start` is what the word has before it, such as `--file=`. */
  | { readonly kind: "value"; readonly value: Value; readonly start: string }
  | { readonly kind: "none" };

/** A line as far as completion needs to understand it. */
export interface Position {
  readonly place: Place;
  readonly command: CompletedCommand | undefined;
  /** The word up to the cursor. */
  readonly typed: string;
  /** Whether `--` stands before: no word is an option any more. */
  readonly optionsEnded: boolean;
  /** Options on the line, apart from the cursor's word, by their long names. */
  readonly given: ReadonlySet<string>;
  /** The value of `--file`. */
  readonly file: string | undefined;
  /** The domains that the line names. */
  readonly domains: readonly string[];
}

/** What one word of the line turned out to be. */
type Word =
  | { readonly kind: "option"; readonly option: CompletedOption; readonly value?: string }
  | { readonly kind: "value"; readonly option: CompletedOption; readonly text: string }
  | { readonly kind: "argument"; readonly text: string }
  | { readonly kind: "other" };

/**
 * Finds out what the word at the cursor is, from the words around it. However wrong the line is, there is an
 * answer.
 *
 * @param words the line's words after the program's name, quoting undone
 * @param cursor the index of the word that the cursor is in; that one ends at the cursor
 */
export function positionOf(
  words: readonly string[],
  cursor: number,
  commands: readonly CompletedCommand[],
): Position {
  const typed = words[cursor] ?? "";
  const before = readWords(words.slice(0, cursor), commands);
  const all = readWords(words.with(cursor, ""), commands);
  const { command } = before;
  const domainGiven = valuesOf(all.read, "--domain");
  const slots = slotsOf(command, domainGiven.length > 0);
  const given = before.read.flatMap((word) => (word.kind === "argument" ? [word.text] : []));
  const named = given.filter((_, index) => slots[index] === "domain");
  const position = {
    command,
    typed,
    optionsEnded: before.ended,
    given: new Set(all.read.flatMap((word) => (word.kind === "option" ? [longName(word.option)] : []))),
    file: valuesOf(all.read, "--file").at(-1),
    domains: [...domainGiven, ...named],
  };
  return { ...position, place: placeOf(typed, before, slots[given.length] ?? command?.rest, commands) };
}

/** The option that a word names, in either spelling. */
export function longName({ names }: CompletedOption): string {
  return names.at(-1) ?? "";
}

interface Reading {
  readonly read: readonly Word[];
  readonly command: CompletedCommand | undefined;
  /** The first words of a command of several. */
  readonly path: readonly string[];
  readonly ended: boolean;
  /** The option whose value is to come. */
  readonly awaiting: CompletedOption | undefined;
}

function readWords(words: readonly string[], commands: readonly CompletedCommand[]): Reading {
  const read: Word[] = [];
  let path: string[] = [];
  let command: CompletedCommand | undefined;
  let awaiting: CompletedOption | undefined;
  let ended = false;
  for (const word of words) {
    if (awaiting) {
      read.push({ kind: "value", option: awaiting, text: word });
      awaiting = undefined;
    } else if (ended) {
      read.push({ kind: "argument", text: word });
    } else if (word === "--") {
      ended = true;
    } else if (word.startsWith("-")) {
      const { option, value } = optionOf(word, command, commands);
      read.push(
        option ? { kind: "option", option, ...(value !== undefined && { value }) } : { kind: "other" },
      );
      if (option?.value !== undefined && value === undefined) awaiting = option;
    } else if (isLengthAfterGenerate(word, read.at(-1))) {
      read.push({ kind: "other" });
    } else if (command) {
      read.push({ kind: "argument", text: word });
    } else {
      path = [...path, dashed(word)];
      command = commands.find(({ words }) => words.join(" ") === path.join(" "));
    }
  }
  return { read, command, path, ended, awaiting };
}

function placeOf(
  typed: string,
  { command, path, ended, awaiting }: Reading,
  slot: Value | undefined,
  commands: readonly CompletedCommand[],
): Place {
  if (awaiting?.value !== undefined) return { kind: "value", value: awaiting.value, start: "" };
  if (!ended && typed.startsWith("-")) {
    const { option, value } = optionOf(typed, command, commands);
    if (value === undefined) return { kind: "options" };
    if (option?.value === undefined) return { kind: "none" };
    return { kind: "value", value: option.value, start: typed.slice(0, typed.length - value.length) };
  }
  if (!command) return ended ? { kind: "none" } : { kind: "command", before: path };
  if (slot !== undefined) return { kind: "value", value: slot, start: "" };
  return ended ? { kind: "none" } : { kind: "options" };
}

/** What the arguments are that are not given by an option already. */
function slotsOf(command: CompletedCommand | undefined, domainGiven: boolean): readonly Value[] {
  if (!command) return [];
  const takesDomain = command.options.some((option) => longName(option) === "--domain");
  const isGiven = (slot: Value) => slot === "domain" || slot === "new-domain";
  return takesDomain && domainGiven ? command.each.filter((slot) => !isGiven(slot)) : command.each;
}

function optionOf(
  word: string,
  command: CompletedCommand | undefined,
  commands: readonly CompletedCommand[],
): { readonly option: CompletedOption | undefined; readonly value: string | undefined } {
  const [, name = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(word) ?? [];
  const typed = name.startsWith("--") ? dashed(name) : name;
  const named = (command ? [command] : commands).flatMap(({ options }) =>
    options.filter(({ names }) => names.includes(typed)),
  );
  // Before there is a command, its value is what most commands take it for: a name that exists.
  const option = named.find((each) => each.value !== "new" && each.value !== "new-domain") ?? named[0];
  return { option, value };
}

/** What an option was given; the cursor's own word is empty here. */
function valuesOf(read: readonly Word[], name: string): string[] {
  return read.flatMap((word) => {
    if (word.kind !== "value" && word.kind !== "option") return [];
    const value = word.kind === "value" ? word.text : word.value;
    return longName(word.option) === name && value ? [value] : [];
  });
}

/** `--generate 48`: a length that may be left out. */
function isLengthAfterGenerate(word: string, previous: Word | undefined): boolean {
  return (
    /^\d+$/.test(word) &&
    previous?.kind === "option" &&
    longName(previous.option) === "--generate" &&
    previous.value === undefined
  );
}

function dashed(word: string): string {
  return word.replaceAll("_", "-");
}
