/** The prefix of the credential variables where none is given. */
export const DEFAULT_PREFIX = "PPROTECT";
/** The variable that gives another prefix. */
export const PREFIX_VARIABLE = "PPROTECT_ENV_PREFIX";

/** The names of the variables that hold a user and a passphrase. */
export function environmentNames(prefix: string): { user: string; passphrase: string } {
  return { user: `${prefix}_USER`, passphrase: `${prefix}_PASSPHRASE` };
}

/** Every variable that has to do with credentials: no child process gets one. */
export function credentialVariables(prefix: string): string[] {
  return [
    ...Object.values(environmentNames(DEFAULT_PREFIX)),
    ...Object.values(environmentNames(prefix)),
    PREFIX_VARIABLE,
  ];
}
