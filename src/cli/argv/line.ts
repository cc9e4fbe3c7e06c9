import { longName, type OptionDeclaration } from "./declaration.ts";

/** What one word of a command line is. */
export type LineWord =
  /** An option; without `option` it is not a known one. `name` is as typed, with `-` for `_`, up to the `=`. */
  | {
      readonly kind: "option";
      readonly name: string;
      readonly option: OptionDeclaration | undefined;
      /** What follows the `=`. */
      readonly value: string | undefined;
    }
  /** The value of the option before it. */
  | { readonly kind: "value"; readonly option: OptionDeclaration; readonly text: string }
  /** The `--` after which no word is an option. */
  | { readonly kind: "end" }
  | { readonly kind: "argument"; readonly text: string; readonly afterEnd: boolean };

/**
 * Finds the option that a name means.
 * @param before the arguments before it on the line, the command's words among them
 */
export type FindOption = (name: string, before: readonly string[]) => OptionDeclaration | undefined;

/** Looks an option up among those of one command. */
export function amongOptions(options: readonly OptionDeclaration[]): FindOption {
  return (name) => {
    for (const option of options) if (option.names.includes(name)) return option;
    return undefined;
  };
}

/**
 * Reads a command line as the parser does, however wrong it is: `-` and `_` are the same in the names of options, a
 * value does not begin with `-` (`-` itself does), and a value that may be left out is given after `=` or is a number.
 *
 * @param words the words after the program's name
 * @returns as many words, in their order
 */
export function readLine(words: readonly string[], findOption: FindOption): LineWord[] {
  const read: LineWord[] = [];
  const before: string[] = [];
  let ended = false;
  for (const word of words) {
    const awaiting = awaitsValue(read.at(-1), word);
    if (ended) read.push({ kind: "argument", text: word, afterEnd: true });
    else if (word === "--") {
      read.push({ kind: "end" });
      ended = true;
    } else if (looksLikeOption(word)) read.push(readOption(word, findOption, before));
    else if (awaiting) read.push({ kind: "value", option: awaiting, text: word });
    else {
      read.push({ kind: "argument", text: word, afterEnd: false });
      before.push(word);
    }
  }
  return read;
}

/** Whether a word before `--` is read as an option. */
function looksLikeOption(word: string): boolean {
  return word.startsWith("-") && word !== "-";
}

/** The option at the end of what was read so far whose value the next word is, if it is one. */
function awaitsValue(last: LineWord | undefined, next: string): OptionDeclaration | undefined {
  if (last?.kind !== "option" || last.value !== undefined) return undefined;
  const { option } = last;
  if (option?.value === "required") return option;
  return option?.value === "optional" && /^\d+$/.test(next) ? option : undefined;
}

function readOption(word: string, findOption: FindOption, before: readonly string[]): LineWord {
  const equals = word.indexOf("=");
  const typed = equals === -1 ? word : word.slice(0, equals);
  const value = equals === -1 ? undefined : word.slice(equals + 1);
  const name = typed.startsWith("--") ? dashed(typed) : typed;
  return { kind: "option", name, option: findOption(name, before), value };
}

/** The arguments on the line. */
export function argumentsIn(words: readonly LineWord[]): string[] {
  return words.flatMap((word) => (word.kind === "argument" ? [word.text] : []));
}

/** The arguments before any `--`, where the command's words are. */
export function argumentsBeforeEnd(words: readonly LineWord[]): string[] {
  return words.flatMap((word) => (word.kind === "argument" && !word.afterEnd ? [word.text] : []));
}

/** An option of a line, with its value. */
export interface GivenOption {
  readonly option: OptionDeclaration;
  readonly value: string | undefined;
}

/** The options that are known, in order. */
export function givenOptions(words: readonly LineWord[]): readonly GivenOption[] {
  return words.flatMap((word, index) => {
    if (word.kind !== "option" || !word.option) return [];
    const next = words[index + 1];
    return [{ option: word.option, value: word.value ?? (next?.kind === "value" ? next.text : undefined) }];
  });
}

/** What an option, by its long name, was given on the line. */
export function valuesOf(words: readonly LineWord[], name: string): string[] {
  return givenOptions(words).flatMap(({ option, value }) =>
    longName(option) === name && value !== undefined ? [value] : [],
  );
}

/** `-` and `_` are the same in the words of commands and the names of options. */
export function dashed(word: string): string {
  return word.replaceAll("_", "-");
}

/** Whether arguments begin with a command's words. */
export function beginsWith(args: readonly string[], command: string): boolean {
  return command.split(" ").every((word, index) => word === dashed(args[index] ?? ""));
}
