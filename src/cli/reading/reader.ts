import type { GivenCredentials } from "../../credentials/cascade.ts";
import { givenUser, hasGivenPassphrase } from "../../credentials/cascade.ts";
import type { AccessRecorder } from "../../lease/access-log/recorder.ts";
import type { LeaseReader } from "./open-secrets.ts";

/** What a command knows of itself when it opens secrets. */
export function readerOf(given: GivenCredentials, recorder: AccessRecorder): LeaseReader {
  return {
    store: given.file,
    passphraseGiven: hasGivenPassphrase(given),
    user: givenUser(given),
    environment: process.env,
    ignoreEnvironment: given.environment === undefined,
    recorder,
    warn: given.warn,
  };
}
