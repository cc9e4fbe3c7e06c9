import { LEASE_VARIABLE } from "../common/lease-variable.ts";

/** The default prefix of the credential variables. */
export const DEFAULT_PREFIX = "PPROTECT";
/** The variable that sets another prefix. */
export const PREFIX_VARIABLE = "PPROTECT_ENV_PREFIX";

/** The names of the variables that hold a user and a passphrase. */
export function environmentNames(prefix: string): { user: string; passphrase: string } {
  return { user: `${prefix}_USER`, passphrase: `${prefix}_PASSPHRASE` };
}

/** All variables about credentials. No child process inherits them. */
export function credentialVariables(prefix: string): string[] {
  return [
    ...Object.values(environmentNames(DEFAULT_PREFIX)),
    ...Object.values(environmentNames(prefix)),
    PREFIX_VARIABLE,
    LEASE_VARIABLE,
  ];
}
