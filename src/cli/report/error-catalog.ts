import type { ErrorCode } from "../../common/errors.ts";

interface Meaning {
  readonly meaning: string;
  /** What to do, when the error has no better advice in its `fix`. */
  readonly action: string;
}

/** What each error code means; docs/json.md has the same table. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, Meaning>> = {
  usage: {
    meaning: "the command line is wrong, or something is missing on it",
    action: "correct it; `COMMAND --help --json` describes the command",
  },
  store_missing: {
    meaning: "there is no store",
    action: "`pprotect init` creates one; `--file` names another",
  },
  store_exists: { meaning: "`init` found a store", action: "use it, or name another with `--file`" },
  invalid_store: { meaning: "the file is not a valid store", action: "`pprotect check` lists every problem" },
  unresolved_merge: { meaning: "a merge left conflicts in the store", action: "`pprotect git resolve`" },
  store_locked: { meaning: "another process is writing the store", action: "try again" },
  store_changed: {
    meaning: "another process changed the store in the meantime",
    action: "look at the change, then try again",
  },
  file_error: {
    meaning: "a file cannot be read or written",
    action: "the message has the system's reason; no file is half written",
  },
  invalid_name: { meaning: "a name that a store cannot have", action: "choose another name" },
  invalid_value: {
    meaning: "the value is not UTF-8 text, is incomplete, or is not what `.pprotect.yaml` asks for",
    action: "encode it, for example as base64; or give the value that the rule asks for",
  },
  foreign_file: {
    meaning: "pprotect did not write this file, or it was changed after that",
    action: "look at it; `--force` replaces it",
  },
  not_ignored: {
    meaning: "secrets would be written to a file that git could commit",
    action: "add the file to .gitignore",
  },
  invalid_manifest: {
    meaning: "`.secrets.json`, or the file of `--manifest`, cannot be used",
    action: "fix the line that the message names",
  },
  invalid_config: {
    meaning: "`.pprotect.yaml` or `.pprotect-baseline.json` cannot be used",
    action: "fix the line that the message names",
  },
  invalid_template: {
    meaning: "the template of `inject` cannot be used",
    action: "fix the line that the message names",
  },
  invalid_import: {
    meaning: "an imported file cannot be read, or has a name or value that a store cannot hold",
    action: "fix the line that the message names",
  },
  unrepresentable: {
    meaning: "the output format cannot hold a name or a value",
    action: "use a format that can: the hint names one",
  },
  invalid_passphrase: { meaning: "a new passphrase cannot be used", action: "choose another one" },
  no_such_domain: { meaning: "the store has no such domain", action: "`pprotect list-domains`" },
  no_such_secret: {
    meaning: "the domain has no such secret",
    action: "`pprotect list-domain-secrets DOMAIN`",
  },
  no_such_custodian: {
    meaning: "the store has no such key custodian",
    action: "`pprotect add-key-custodian`",
  },
  no_such_owner: { meaning: "the custodian does not own the domain", action: "nothing to do" },
  domain_exists: {
    meaning: "a domain with that name already exists",
    action: "choose another name, or use the existing domain",
  },
  secret_exists: {
    meaning: "a secret with that name already exists",
    action: "`update-secret` or `set-secret` changes it",
  },
  custodian_exists: {
    meaning: "a key custodian with that name already exists",
    action: "choose another name, or use the existing key custodian",
  },
  owner_exists: { meaning: "the custodian already owns the domain", action: "nothing to do" },
  last_owner: {
    meaning: "the domain would have no owner left",
    action: "`add-owner` another first, or `rm-domain`",
  },
  not_owner: {
    meaning: "the acting custodian does not own the domain",
    action: "ask an owner to run `add-owner`",
  },
  wrong_credentials: {
    meaning: "no such custodian, or the passphrase is wrong",
    action: "fix the credentials; no other source is tried",
  },
  missing_credentials: {
    meaning: "credentials are needed and none were given",
    action: "use `-u` and `--passphrase-file`, or the environment variables",
  },
  cannot_open: {
    meaning: "something in the store cannot be decrypted",
    action: "it is damaged or was encrypted to an old key: restore it from git's history, or set it again",
  },
  keyring_unavailable: {
    meaning: "the system's keyring is locked, refuses, or does not answer",
    action: "unlock it, or give the value in another way",
  },
  shared_key: {
    meaning: "two domains have the same public key, so that an owner of one can read both",
    action: "`rotate-domain-keys` gives one a key of its own; `rm-domain` removes it",
  },
  untrusted_key: {
    meaning: "a key in the store is not the one that was accepted, and nothing proves the change",
    action: "compare fingerprints with an owner, then `pprotect trust NAME`",
  },
  aborted: {
    meaning: "it was not confirmed, or the generated key could not be handed over; nothing was changed",
    action: "`--yes` confirms; read a key from standard output",
  },
  interrupted: { meaning: "Ctrl-C", action: "nothing was changed; run it again" },
  end_of_input: {
    meaning: "standard input ended at a question",
    action: "give the answer as an option, or pipe it in",
  },
  not_a_repository: { meaning: "this is not a git work tree", action: "change into one, or run `git init`" },
  git_failed: { meaning: "git failed", action: "the message has git's own words" },
  not_installed: {
    meaning: "the git integration is incomplete or has no effect",
    action: "`pprotect git install`, then `pprotect git status`",
  },
  no_lease: { meaning: "there is no such lease, or it has ended", action: "unlock again" },
  lease_refused: {
    meaning: "the lease does not cover what was asked of it",
    action: "unlock again, with what is needed",
  },
  not_ended: {
    meaning: "a lease or a program did not end, or a file of secrets could not be removed",
    action: "the answer lists what is left: end or remove it yourself",
  },
  not_rotated: {
    meaning: "values that `revoke --rotate` was to change were not changed; all was taken back that could be",
    action: "the answer lists them, with the command for each",
  },
  plaintext_forbidden: {
    meaning: "the command would print or write secrets, and `PPROTECT_NO_PLAINTEXT` forbids that",
    action: "pass the secrets to a program with `exec`",
  },
  environment: {
    meaning: "the environment does not allow it (e.g. an invalid variable name, or a missing OS feature)",
    action: "the message says what the problem is",
  },
  command_not_found: {
    meaning: "`exec` did not find the program, or the interpreter of a script",
    action: "correct its name or PATH",
  },
  command_not_executable: {
    meaning: "`exec` may not run the file",
    action: "make it executable, or name another",
  },
  findings: {
    meaning: "the guard found an invalid store or a likely secret in plain text",
    action: "see `result.findings`; move the secret into the store, or mark the line `pprotect:allow`",
  },
  not_scanned: {
    meaning: "`--strict`: some files were not scanned, or not to the end, or there was no file",
    action: "see `result.warnings` and `result.scanned`; leave out `--strict` to accept it",
  },
  different: { meaning: "`diff` found a difference", action: "see `result.secrets`" },
  stale_access: {
    meaning: "a person who was removed still knows a current value or has a current key",
    action: "`rotate-domain-keys` replaces a key; then change each value that the result lists",
  },
  incomplete_history: {
    meaning:
      "the clone lacks earlier commits, so it is not known who had which key or how old values are, or `git check --strict` could not check them; or `leak --verify` could not search everything",
    action: "`git fetch --unshallow`, `git fetch --refetch --no-filter`; in CI, check out the whole history",
  },
  unhealthy: {
    meaning: "`doctor` found something that is set up wrong",
    action: "see `result.checks`; `doctor --fix` repairs some of it",
  },
  leaked: {
    meaning: "`leak` found the value of a secret in plain text",
    action: "`pprotect leak --plan` says what to do; the result has the places",
  },
  rotation_due: {
    meaning: "values are older than they may be",
    action: "`pprotect rotate` changes each; the result lists them",
  },
  rotation_state: {
    meaning: "the rotation of the secret is in another stage, or was interrupted",
    action: "`pprotect rotate --help` explains the stages",
  },
  hook_failed: {
    meaning: "a command that rotates, tries or revokes a value failed",
    action: "the message says how, and where a new value is that the command has answered",
  },
  untrusted_hooks: {
    meaning: "the commands in `.pprotect.yaml` are not accepted, or were changed since",
    action: "`pprotect trust --hooks` shows and accepts them",
  },
  internal_error: { meaning: "a defect of pprotect", action: "report it" },
};

/** Every exit status; `exec` also has those of the program that it runs. */
export const EXIT_STATUSES: readonly { readonly status: number; readonly meaning: string }[] = [
  { status: 0, meaning: "done" },
  { status: 1, meaning: "error, or the check failed" },
  { status: 2, meaning: "the store does not exist, or already exists for `init`" },
  { status: 124, meaning: "exec: `--ttl` or `--while` ended the program" },
  { status: 126, meaning: "exec: the program cannot be run" },
  { status: 127, meaning: "exec: the program, or the interpreter of a script, was not found" },
  { status: 130, meaning: "interrupted by Ctrl-C" },
];
