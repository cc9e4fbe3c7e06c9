/** The default prefix of the credential variables. */
export const DEFAULT_PREFIX = "PPROTECT";
/** The variable that sets another prefix. */
export const PREFIX_VARIABLE = "PPROTECT_ENV_PREFIX";

/** The source of what the user typed, for messages. */
export const PROMPT_SOURCE = "the prompt";
/** The source of what the system's keyring has, for messages. */
export const KEYRING_SOURCE = "the keyring";

/** The names of the variables that name a user, and that hold or name the source of a passphrase. */
export function environmentNames(prefix: string) {
  return {
    user: `${prefix}_USER`,
    passphrase: `${prefix}_PASSPHRASE`,
    passphraseFile: `${prefix}_PASSPHRASE_FILE`,
    passphraseCommand: `${prefix}_PASSPHRASE_COMMAND`,
    ageIdentityFile: `${prefix}_AGE_IDENTITY_FILE`,
  } as const;
}

/** What the names of variables about credentials end with, after the prefix. */
const ENDINGS = ["USER", "PASSPHRASE", "PASSPHRASE_FILE", "PASSPHRASE_COMMAND", "AGE_IDENTITY_FILE", "LEASE"];

/**
 * All variables about credentials. No child process inherits them.
 * @param prefixes besides the default one
 */
export function credentialVariables(...prefixes: readonly string[]): string[] {
  const all = [...new Set([DEFAULT_PREFIX, ...prefixes])];
  return [...all.flatMap((prefix) => ENDINGS.map((ending) => `${prefix}_${ending}`)), PREFIX_VARIABLE];
}
