import { lazy } from "../common/lazy.ts";
import type { StoreData } from "./store-data.ts";
import { neededProofs } from "./trust/proof.ts";

/** Loaded only where a log is cut: every command that reads a store loads this file. */
const states = lazy(() => require("./rotation/states.ts") as typeof import("./rotation/states.ts"));

/** The entries of the audit log that say what nothing else in the file does: truncating keeps them. */
export function neededEntries(store: StoreData): ReadonlySet<string> {
  return new Set([...neededProofs(store), ...states().neededStages(store)]);
}
