import { beginsWith } from "./line.ts";

/** Second names of commands, and what they are otherwise called. */
export const OTHER_NAMES: readonly (readonly [other: string, name: string])[] = [["lease grant", "unlock"]];

/** Words that begin with a command, with the name that it is listed under. */
export function withListedName(words: readonly string[]): readonly string[] {
  const found = OTHER_NAMES.find(([other]) => beginsWith(words, other));
  return found ? [...found[1].split(" "), ...words.slice(found[0].split(" ").length)] : words;
}

/** Commands, and each again under its second name. */
export function withOtherNames<Named extends { readonly name: string }>(
  commands: readonly Named[],
): readonly Named[] {
  const others = OTHER_NAMES.flatMap(([other, name]) =>
    commands.filter((each) => each.name === name).map((each) => ({ ...each, name: other })),
  );
  return [...commands, ...others];
}
