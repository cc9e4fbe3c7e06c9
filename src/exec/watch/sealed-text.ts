import { findDomain, findSecret } from "../../store/lookup.ts";
import type { StoreData } from "../../store/store-data.ts";
import { type Choice, isSealed } from "../selection.ts";

/**
 * A text of all that decides about the values of some choices, without opening one: the same text, the same values. A
 * rotation changes it too.
 */
export function sealedText(store: StoreData, choices: readonly Choice[]): string {
  const each = choices.map((choice) => {
    const { variable, name, file } = choice;
    const value = isSealed(choice)
      ? [choice.domain, findSecret(choice.domain, findDomain(store, choice.domain), name)]
      : [choice.value];
    return [variable, name, file?.name, ...value];
  });
  return JSON.stringify(each);
}
