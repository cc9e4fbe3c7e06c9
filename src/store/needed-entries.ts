import { neededStages } from "./rotation/states.ts";
import type { StoreData } from "./store-data.ts";
import { neededProofs } from "./trust/proof.ts";

/** The entries of the audit log that say what nothing else in the file does: truncating keeps them. */
export function neededEntries(store: StoreData): ReadonlySet<string> {
  return new Set([...neededProofs(store), ...neededStages(store)]);
}
