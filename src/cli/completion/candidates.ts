import { type CommandDescription, GROUPS } from "../argv/command-declaration.ts";
import type { CommandList } from "../argv/command-list.ts";
import { longName, type OptionDeclaration } from "../argv/declaration.ts";
import { dashed } from "../argv/line.ts";
import type { ValueType } from "../argv/value-type.ts";
import type { Position } from "./cursor-context.ts";

/** A whole word that may be where the cursor is. */
export interface Candidate {
  readonly word: string;
  readonly description?: string;
}

/** What to offer; the shell finds files and programs itself. */
export type Offer =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" }
  | { readonly kind: "program" };

/** The names of a type of value, from the store or from the merge that git is in. */
export type FindNames = (type: ValueType, position: Position) => Promise<readonly string[]>;

/** Not declared anywhere: help is asked for before a command is parsed, and the version instead of a command. */
const HELP: Candidate = { word: "--help", description: "explain the command" };
const VERSION: Candidate = { word: "--version", description: "print the version" };

/** What may be where the cursor is. */
export async function offerFor(position: Position, list: CommandList, findNames: FindNames): Promise<Offer> {
  const { place } = position;
  if (place.kind === "command") return words(commandWords(place.before, list.commands));
  if (place.kind === "options") return words(options(position, list));
  if (place.kind === "none") return words([]);
  const { type, start } = place;
  if (type.kind === "file") return { kind: "files" };
  if (type.kind === "program") {
    if (position.optionsEnded) return { kind: "program" };
    return words([{ word: "--", description: "the program to run comes next" }]);
  }
  if (type.kind === "help-topic") return words(helpTopics(position.given.map(dashed), list.commands));
  if (type.kind === "list") return words(parts(type.parts ?? [], start, position.typed));
  const names = type.choices ?? (await findNames(type, position));
  // A word of its own that begins with a dash would be read as an option.
  const usable =
    start !== "" || position.optionsEnded ? names : names.filter((name) => !name.startsWith("-"));
  return words(usable.map((name) => ({ word: start + name })));
}

/** What may come next in a list that is joined by commas: each part once. */
function parts(all: readonly string[], start: string, typed: string): Candidate[] {
  const before = typed.slice(start.length).split(",").slice(0, -1);
  return all
    .filter((part) => !before.includes(part))
    .map((part) => ({ word: start + [...before, part].join(",") }));
}

function words(candidates: readonly Candidate[]): Offer {
  return { kind: "words", candidates };
}

function commandWords(before: readonly string[], commands: readonly CommandDescription[]): Candidate[] {
  const following = commands.filter(({ name }) => {
    const own = name.split(" ");
    return own.length > before.length && before.every((word, index) => own[index] === word);
  });
  const groups = Map.groupBy(following, ({ name }) => name.split(" ")[before.length] ?? "");
  return [...groups].map(([word, members]) => ({ word, description: describeWord(members, before.length) }));
}

/** The command that a word completes, or else the words that can follow it. */
function describeWord(members: readonly CommandDescription[], place: number): string {
  const whole = members.find(({ name }) => name.split(" ").length === place + 1);
  return whole?.summary ?? members.map(({ name }) => name.split(" ")[place + 1]).join(", ");
}

/** What may follow the words of a topic: only a command has more than one. */
function helpTopics(before: readonly string[], commands: readonly CommandDescription[]): Candidate[] {
  if (before.length > 0) return commandWords(before, commands);
  const groups = Object.entries(GROUPS).map(([word, title]) => ({ word, description: title }));
  const first = commandWords([], commands).filter(({ word }) => !groups.some((group) => group.word === word));
  return [
    ...first,
    ...groups,
    { word: "options", description: "the options of every command" },
    { word: "environment", description: "the environment variables" },
  ];
}

/** The options of the command, or the global ones before there is a command. */
function options({ command, givenOptions }: Position, { globalOptions }: CommandList): Candidate[] {
  const offered = (command?.options ?? globalOptions)
    .filter((option) => option.repeatable || !givenOptions.has(longName(option)))
    .map(optionCandidate);
  return [...offered, HELP, ...(command ? [] : [VERSION])];
}

function optionCandidate(option: OptionDeclaration): Candidate {
  return { word: longName(option), description: option.description };
}
