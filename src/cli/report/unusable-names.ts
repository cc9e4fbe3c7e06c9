import { isShellIdentifier } from "../../common/shell-quote.ts";
import { variableName } from "../../exec/variable-names.ts";

/** How many names a note lists. */
const SHOWN_NAMES = 3;

/** Notes variables that shells cannot use: dash drops them from its environment, and `${api-key}` is `key` in every shell. */
export function noteUnusableNames(
  choices: readonly { readonly variable: string }[],
  note: (message: string) => void,
): void {
  const names = choices
    .filter(({ variable }) => !isShellIdentifier(variable))
    .map(({ variable }) => variable);
  if (names.length === 0) return;
  const shown = names.slice(0, SHOWN_NAMES).join(", ");
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : "";
  const example = variableName(names[0] ?? "", { prefix: undefined, uppercase: true });
  note(`note: shells cannot use variables named ${shown}${more}; with --uppercase: ${example}`);
}
