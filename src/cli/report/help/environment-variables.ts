/**
 * Each variable that pprotect reads, and what it is for: a phrase without a full stop. The names are written out, since
 * the modules that read them are not needed to print help; a test compares the list with them.
 */
export const ENVIRONMENT_VARIABLES: readonly (readonly [name: string, description: string])[] = [
  ["PPROTECT_USER", "the key custodian to act as"],
  ["PPROTECT_PASSPHRASE", "the passphrase"],
  ["PPROTECT_PASSPHRASE_FILE", "read the passphrase from this file"],
  ["PPROTECT_PASSPHRASE_COMMAND", "run this and read the passphrase from its output"],
  ["PPROTECT_AGE_IDENTITY_FILE", "age identities, or an ssh key, for a passphrase file that age encrypted"],
  ["PPROTECT_ENV_PREFIX", "the prefix of the five variables above, instead of PPROTECT"],
  ["PPROTECT_LEASE", "the lease to use; `unlock` sets it for the program that it runs"],
  [
    "PPROTECT_TRUST",
    "which keys are accepted: `first-use` (the default), `strict` (those that the team committed), or `off`",
  ],
  ["PPROTECT_NO_PLAINTEXT", "if set to 1, no command prints or writes the values of secrets"],
  ["PPROTECT_AUDIT", "if set to `required`, no value is read unless the access log can be written"],
  ["PPROTECT_MAX_TTL", "the longest that a lease may last (default: 24h)"],
  ["PPROTECT_EDITOR", "the editor that `edit` starts (default: $VISUAL, $EDITOR or vi)"],
  ["XDG_STATE_HOME", "where accepted keys and the access log are kept (default: ~/.local/state)"],
  ["XDG_RUNTIME_DIR", "where leases have their sockets, and where secrets passed as files are"],
  ["COLUMNS", "the width of help, in columns"],
  ["NO_COLOR", "if set, messages have no colour"],
];
