import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import {
  type CredentialSources,
  givenUser,
  hasGivenPassphrase,
  type ResolvedCreds,
  resolveCredentials,
} from "../credentials/cascade.ts";
import {
  credentialVariables,
  DEFAULT_PREFIX,
  environmentNames,
  PREFIX_VARIABLE,
} from "../credentials/environment-names.ts";
import { libraryError } from "./errors.ts";
import type { Environment, OnWarning } from "./options.ts";

/** What {@link credentialsFromEnvironment} needs. */
export interface EnvironmentCredentials {
  readonly environment: Environment;
  readonly prefix: string | undefined;
  readonly file: string;
  readonly onWarning: OnWarning;
  /** The store's custodians: a user who is none of them is refused before a passphrase is read. */
  readonly custodians?: ReadonlyMap<string, unknown>;
}

/** The prefix of the variables with credentials. */
function credentialPrefix(environment: Environment, prefix: string | undefined): string {
  return prefix ?? (environment[PREFIX_VARIABLE] || DEFAULT_PREFIX);
}

/** Credentials from the environment, each with its source for messages. @throws as `Creds.fromEnv` */
export async function credentialsFromEnvironment(given: EnvironmentCredentials): Promise<ResolvedCreds> {
  const { environment, file, onWarning, custodians } = given;
  const environmentPrefix = credentialPrefix(environment, given.prefix);
  const sources: CredentialSources = {
    user: undefined,
    passphraseFile: undefined,
    warn: onWarning,
    environment,
    environmentPrefix,
    mayAsk: false,
    prompter: () => undefined,
    file,
    ...(custodians && { custodians }),
  };
  try {
    if (givenUser(sources) === undefined || !hasGivenPassphrase(sources))
      throw missing(environmentPrefix, givenUser(sources));
    return await resolveCredentials(sources);
  } catch (error) {
    throw libraryError(error);
  }
}

function missing(prefix: string, user: string | undefined): PprotectError {
  const names = environmentNames(prefix);
  const what = user === undefined ? names.user : names.passphrase;
  const others = user === undefined ? "" : `, ${names.passphraseFile} or ${names.passphraseCommand}`;
  return new PprotectError(
    "missing_credentials",
    `no ${user === undefined ? "user" : `passphrase of ${displayName(user)}`} in the environment`,
    `set ${what}${others}, or give \`openStore\` credentials`,
  );
}

/** Where variables are looked up, and which of them are credentials and never a secret. */
export interface LookupEnvironment {
  readonly variables: Environment;
  readonly credentials: readonly string[];
}

/** @param prefix of the variables with credentials, where one was given */
export function lookupEnvironment(variables: Environment, prefix: string | undefined): LookupEnvironment {
  return { variables, credentials: credentialVariables(credentialPrefix(variables, prefix)) };
}
