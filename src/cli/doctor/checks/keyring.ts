import { PprotectError } from "../../../common/errors.ts";
import { findInKeyring } from "../../../system/keyring.ts";
import { mayHaveKeyring } from "../../../system/keyring-session.ts";
import { type Finding, ok } from "../finding.ts";

/** ms to wait: a keyring answers a search at once. */
const ANSWER_MS = 2_000;
/** Saved passphrases: where one is, it has to be in a keyring that is unlocked; else the question is whether there is an answer. */
const ANY_ENTRY = { service: "pprotect" };

const NO_KEYRING = "this session has no keyring";

/** Whether the system's keyring answers. A machine without one has nothing wrong with it. */
export async function checkKeyring(): Promise<readonly Finding[]> {
  // The client of D-Bus would look for a bus to start, and create ~/.cache for that.
  if (!mayHaveKeyring(process.env)) return [ok("keyring", NO_KEYRING)];
  try {
    const place = await findInKeyring(ANY_ENTRY, ANSWER_MS);
    if (place === "locked")
      return [{ id: "keyring", level: "warn", message: "the keyring is locked", fix: "log in again" }];
    return [ok("keyring", place === "unavailable" ? NO_KEYRING : "the keyring is available")];
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    const { message, fix } = error;
    return [{ id: "keyring", level: "warn", message, ...(fix !== undefined && { fix }) }];
  }
}
