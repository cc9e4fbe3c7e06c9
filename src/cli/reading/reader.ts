import type { GivenCredentials } from "../../credentials/cascade.ts";
import { givenUser, hasGivenPassphrase } from "../../credentials/cascade.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { AccessRecorder } from "./access-record.ts";
import type { Reader } from "./open-secrets.ts";

/** What a command knows of itself when it opens secrets. */
export function readerOf(
  given: GivenCredentials,
  recorder: AccessRecorder,
  unlock: () => Promise<UnlockedCustodian>,
): Reader {
  return {
    store: given.file,
    unlock,
    passphraseGiven: hasGivenPassphrase(given),
    user: givenUser(given),
    environment: process.env,
    ignoreEnvironment: given.environment === undefined,
    recorder,
    warn: given.warn,
  };
}
