import type { CompletedCommand } from "./command-list.ts";
import { longName, type Position } from "./cursor-context.ts";
import type { Value } from "./value-kinds.ts";

/** A whole word that may stand where the cursor is. */
export interface Candidate {
  readonly word: string;
  readonly description?: string;
}

/** What to offer; files and programs are the shell's to find. */
export type Offer =
  | { readonly kind: "words"; readonly candidates: readonly Candidate[] }
  | { readonly kind: "files" }
  | { readonly kind: "program" };

/** What a value may be by what the store, or the merge that git is in, says. */
export type FindNames = (value: Value, position: Position) => Promise<readonly string[]>;

/** What may stand where the cursor is. */
export async function offerFor(
  position: Position,
  commands: readonly CompletedCommand[],
  findNames: FindNames,
): Promise<Offer> {
  const { place } = position;
  if (place.kind === "command") {
    const words = commandWords(place.before, commands);
    return { kind: "words", candidates: words };
  }
  if (place.kind === "options") return { kind: "words", candidates: options(position, commands) };
  if (place.kind === "none") return { kind: "words", candidates: [] };
  const { value, start } = place;
  if (value === "file") return { kind: "files" };
  if (value === "program") {
    if (position.optionsEnded) return { kind: "program" };
    return { kind: "words", candidates: [{ word: "--", description: "the program to run comes next" }] };
  }
  const names = await findNames(value, position);
  // A word of its own that begins with a dash would be read as an option.
  const usable =
    start !== "" || position.optionsEnded ? names : names.filter((name) => !name.startsWith("-"));
  return { kind: "words", candidates: usable.map((name) => ({ word: start + name })) };
}

function commandWords(before: readonly string[], commands: readonly CompletedCommand[]): Candidate[] {
  const following = commands.filter(({ words }) => before.every((word, index) => words[index] === word));
  const groups = Map.groupBy(following, ({ words }) => words[before.length] ?? "");
  groups.delete("");
  return [...groups].map(([word, [first, ...others]]) => ({
    word,
    description:
      first && others.length === 0 && first.words.length === before.length + 1
        ? first.description
        : [first, ...others].map((each) => each?.words[before.length + 1]).join(", "),
  }));
}

/** The options of the command, or those of all commands while there is none. */
function options({ command, given }: Position, commands: readonly CompletedCommand[]): Candidate[] {
  const [first, ...others] = commands;
  const common = first?.options.filter((option) =>
    others.every(({ options }) => options.some((each) => longName(each) === longName(option))),
  );
  return (command?.options ?? common ?? [])
    .filter((option) => option.repeatable || !given.has(longName(option)))
    .map((option) => ({ word: longName(option), description: option.description }));
}
