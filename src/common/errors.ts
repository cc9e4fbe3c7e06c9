/** The code of every error, stable for scripts. docs/json.md explains each. */
export const ERROR_CODES = [
  "usage",
  "store_missing",
  "store_exists",
  "invalid_store",
  "unresolved_merge",
  "store_locked",
  "store_changed",
  "file_error",
  "foreign_file",
  "not_ignored",
  "invalid_name",
  "invalid_value",
  "invalid_manifest",
  "invalid_config",
  "invalid_template",
  "invalid_import",
  "unrepresentable",
  "invalid_passphrase",
  "no_such_domain",
  "no_such_secret",
  "no_such_custodian",
  "no_such_owner",
  "domain_exists",
  "secret_exists",
  "custodian_exists",
  "owner_exists",
  "last_owner",
  "not_owner",
  "wrong_credentials",
  "missing_credentials",
  "cannot_open",
  "keyring_unavailable",
  "shared_key",
  "untrusted_key",
  "aborted",
  "interrupted",
  "end_of_input",
  "not_a_repository",
  "git_failed",
  "not_installed",
  "no_lease",
  "lease_refused",
  "not_ended",
  "not_rotated",
  "plaintext_forbidden",
  "environment",
  "command_not_found",
  "command_not_executable",
  "findings",
  "not_scanned",
  "different",
  "stale_access",
  "incomplete_history",
  "unhealthy",
  "leaked",
  "rotation_due",
  "rotation_state",
  "hook_failed",
  "untrusted_hooks",
  "internal_error",
] as const;

/** The code of an error: one of those in docs/json.md. */
export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The base class of every error that a user may see. `message` is one line that says what is wrong and where; `fix`
 * says what to do next. Neither may contain a secret. The command line maps `code` to an exit status.
 */
export class PprotectError extends Error {
  static {
    // A bundler may rename the class, and Node prints the name of the class.
    Object.defineProperty(PprotectError, "name", { value: "PprotectError" });
  }

  /** What is wrong, for programs. */
  readonly code: ErrorCode;
  /** What to do, for people. */
  readonly fix: string | undefined;

  constructor(code: ErrorCode, message: string, fix?: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "PprotectError";
    this.code = code;
    this.fix = fix;
  }
}
