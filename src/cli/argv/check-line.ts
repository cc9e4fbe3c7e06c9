import { PprotectError } from "../../common/errors.ts";
import { hasRawBytes } from "../../common/path-bytes.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { type CommandDescription, usageOf } from "./command-declaration.ts";
import { longName, type OptionDeclaration } from "./declaration.ts";
import { argumentsIn, type GivenOption, givenOptions, type LineWord } from "./line.ts";
import type { ValueKind } from "./value-type.ts";

type OptionWord = Extract<LineWord, { kind: "option" }>;

/**
 * Refuses a line that the command cannot take, naming the word that is wrong. A word that may be a secret is not
 * printed.
 *
 * @param read what each word of the line is, by the options of the command
 * @throws PprotectError `usage`
 */
export function checkLine(command: CommandDescription, read: readonly LineWord[]): void {
  read.forEach((word, index) => {
    if (word.kind === "option") checkOption(command, word, read[index + 1], read);
    else if (word.kind === "value") checkValue(command, word.option, word.text);
  });
  checkCombinations(command, givenOptions(read));
  if (!command.arguments.some(({ type }) => TAKE_BYTES.has(type.kind)))
    checkEncoding(command, argumentsIn(read));
  checkArguments(command, argumentsIn(read).slice(command.name.split(" ").length), read);
}

function checkOption(
  command: CommandDescription,
  word: OptionWord,
  next: LineWord | undefined,
  read: readonly LineWord[],
): void {
  const { name, option, value } = word;
  if (!option) throw unknownOption(command, name, read);
  if (value !== undefined) {
    if (option.value === "none") throw wrong(command, `${name} takes no value`);
    checkValue(command, option, value);
  } else if (option.value === "required" && next?.kind !== "value") {
    throw wrong(command, `${name} needs a value: ${name} ${option.type?.metavar}`);
  }
}

/** Refuses options that contradict each other, or that do nothing without another one: none is silently left out. */
function checkCombinations(command: CommandDescription, given: readonly GivenOption[]): void {
  for (const { option, value } of given) {
    const name = longName(option);
    const other = option.excludes?.find(
      (each) =>
        given.some((one) => longName(one.option) === each) && !(each === "--json" && value === "json"),
    );
    if (other !== undefined) {
      const shown = option.type?.choices ? `${name} ${value}` : name;
      throw wrong(command, `give ${other} or ${shown}, not both`, "leave out one of them");
    }
    if (option.needs && !option.needs.some((needed) => isGiven(needed, given)))
      throw wrong(
        command,
        `${name} does nothing without ${option.needs.join(" or ")}`,
        `add it, or leave out ${name}`,
      );
  }
}

/** @param needed `--name`, or `--name value` */
function isGiven(needed: string, given: readonly GivenOption[]): boolean {
  const [name, value] = needed.split(" ");
  return given.some((one) => longName(one.option) === name && (value === undefined || one.value === value));
}

/** What may be bytes that are not UTF-8: paths, and what is passed on to programs. */
const TAKE_BYTES: ReadonlySet<ValueKind> = new Set(["file", "program"]);

function checkEncoding(command: CommandDescription, words: readonly string[]): void {
  const word = words.find(hasRawBytes);
  if (word !== undefined) throw wrong(command, `"${displayName(word)}" is not UTF-8`);
}

function checkValue(command: CommandDescription, option: OptionDeclaration, value: string): void {
  if (!option.type || !TAKE_BYTES.has(option.type.kind)) checkEncoding(command, [value]);
  // As `--file "$STORE"` is where no STORE is set.
  if (option.type?.kind === "file" && value === "")
    throw wrong(
      command,
      `${longName(option)} is empty`,
      `give the path: ${longName(option)} ${option.type.metavar}`,
    );
  const { choices } = option.type ?? {};
  if (!choices || choices.includes(value)) return;
  throw wrong(command, `${longName(option)} must be ${oneOf(choices)}, not "${displayName(value)}"`);
}

function unknownOption(command: CommandDescription, name: string, read: readonly LineWord[]): PprotectError {
  const secret = OPTIONS_FOR_A_SECRET.get(name);
  if (secret === "passphrase" || (secret !== undefined && command.takes === secret))
    return wrong(command, `unknown option ${name}`, NEVER_ARGUMENTS[secret]);
  const known = [...command.options.map(longName), "--help"];
  const argument = command.arguments.find(({ type }) => name === `--${type.metavar.toLowerCase()}`);
  if (argument)
    return wrong(
      command,
      `unknown option ${name}`,
      `${argument.type.metavar} is an argument: ${usageOf(command)}`,
    );
  // The program of `unlock`, which comes after other arguments, may be left out.
  const [first] = command.arguments;
  const program = first?.type.kind === "program" ? first : undefined;
  if (program && !read.some(({ kind }) => kind === "end")) {
    return wrong(
      command,
      `unknown option ${displayOption(name)}`,
      nearestOption(name, known) ??
        `the program to run goes after --: pprotect ${command.name} -- ${program.type.metavar}`,
    );
  }
  const near = nearestOption(name, known);
  if (near === undefined && command.takes) {
    return wrong(
      command,
      `unknown option (not shown: it may be the ${command.takes})`,
      NEVER_ARGUMENTS[command.takes],
    );
  }
  return wrong(command, `unknown option ${displayOption(name)}`, near);
}

/** The hint for an unknown option, if one of these names is near. */
export function nearestOption(name: string, known: readonly string[]): string | undefined {
  const near = name.startsWith("--") ? (completed(name, known) ?? suggest(name, known)) : undefined;
  return near === undefined ? undefined : `did you mean ${near}?`;
}

/** What other programs would take it for: the only option that begins with it. One letter says too little. */
function completed(name: string, known: readonly string[]): string | undefined {
  const [option, another] = known.filter((each) => each.startsWith(name));
  return name.length > "--x".length && another === undefined ? option : undefined;
}

/** An option as it may be printed: what follows a short one, as in `-psecret`, may be a passphrase. */
export function displayOption(name: string): string {
  return displayName(name.startsWith("--") ? name : name.slice(0, 2));
}

/** Other users see arguments, and the shell keeps them in its history. */
const NEVER_ARGUMENTS = {
  value: "a value is never an argument; type it at the prompt, pipe it in, or use --value-file",
  passphrase: "a passphrase is never an argument; type it at the prompt, or use --passphrase-file",
} as const;

/** Options that other programs have for a secret, and that are near to one of ours that is for something else. */
const OPTIONS_FOR_A_SECRET: ReadonlyMap<string, keyof typeof NEVER_ARGUMENTS> = new Map([
  ["--value", "value"],
  ["--secret", "value"],
  ["--passphrase", "passphrase"],
  ["--password", "passphrase"],
]);

function checkArguments(
  command: CommandDescription,
  given: readonly string[],
  read: readonly LineWord[],
): void {
  const replaced = new Map(
    read.flatMap((word) =>
      word.kind === "option" && word.option?.replaces !== undefined
        ? [[word.option.replaces, word.option]]
        : [],
    ),
  );
  const usage = `usage: ${usageOf(command)}`;
  const taken = command.arguments.filter(({ name }) => !replaced.has(name));
  const missing = taken.filter(({ required }) => required)[given.length];
  if (missing) throw wrong(command, `missing argument ${missing.type.metavar}`, usage);
  checkArgumentChoices(command, given);
  if (given.length <= taken.length || taken.some(({ rest }) => rest)) return;
  const extra = given[taken.length] ?? "";
  const [byOption] = replaced.values();
  const because = byOption ? `; ${longName(byOption)} gives the ${byOption.replaces} already` : "";
  if (command.takes) {
    throw wrong(
      command,
      `unexpected argument (number ${taken.length + 1}; not shown: it may be the ${command.takes})${because}`,
      NEVER_ARGUMENTS[command.takes],
    );
  }
  throw wrong(
    command,
    `unexpected argument "${displayName(extra)}"${because}`,
    command.arguments.length > 0 ? usage : command.instead,
  );
}

function checkArgumentChoices(command: CommandDescription, given: readonly string[]): void {
  command.arguments.forEach(({ name, type: { choices } }, index) => {
    const value = given[index];
    if (value === undefined || !choices || choices.includes(value)) return;
    throw wrong(
      command,
      `the ${name} must be ${oneOf(choices)}, not "${displayName(value)}"`,
      `usage: ${usageOf(command)}`,
    );
  });
}

function wrong(command: CommandDescription, message: string, hint?: string): PprotectError {
  return new PprotectError(
    "usage",
    `${command.name}: ${message}`,
    hint ?? `\`pprotect ${command.name} --help\` lists the options`,
  );
}

function oneOf(choices: readonly string[]): string {
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}
