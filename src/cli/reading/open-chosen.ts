import { type Choice, type ChosenSecret, isSealed, type SecretChoice } from "../../exec/selection.ts";
import type { OpenedSecrets } from "./open-secrets.ts";

/** All values in the order of the choices, and what was opened for them. */
export interface OpenedChoices {
  readonly secrets: readonly ChosenSecret[];
  readonly opened: OpenedSecrets<SecretChoice>;
}

const NOTHING: OpenedSecrets<SecretChoice> = { secrets: [], custodian: "", leases: [] };

/** Opens the secrets of the store among those that were chosen, all at once. Without any, nobody is asked. */
export async function openChosen(
  choices: readonly Choice[],
  open: (sealed: readonly SecretChoice[]) => Promise<OpenedSecrets<SecretChoice>>,
): Promise<OpenedChoices> {
  const sealed = choices.filter(isSealed);
  const opened = sealed.length === 0 ? NOTHING : await open(sealed);
  const values = opened.secrets.values();
  const secrets = choices.map((choice) => {
    const value = isSealed(choice) ? values.next().value?.value : choice.value;
    return { ...choice, value: value ?? "" };
  });
  return { secrets, opened };
}
