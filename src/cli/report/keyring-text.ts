import { displayName } from "../../common/terminal-safe.ts";
import type { KeyringState } from "../base/saved-passphrases.ts";

/** What the keyring has, in a sentence. */
export function keyringText({ state, reason, users }: KeyringState): string {
  if (state === "unavailable") return `There is no keyring to use: ${reason}.`;
  const lock = state === "locked" ? " It is locked." : "";
  if (users.length === 0) return `The keyring has no passphrase for this store.${lock}`;
  return `The keyring has the passphrase of ${users.map(displayName).join(", ")}.${lock}`;
}

/** The same as JSON. */
export function keyringFields({ state, reason, users }: KeyringState) {
  return { state, reason: reason ?? null, users };
}
