import type { ErrorCode } from "../../common/errors.ts";

interface Meaning {
  readonly meaning: string;
  /** What to do, where the error itself says nothing better in `fix`. */
  readonly action: string;
}

/** What each error code means; docs/json.md has the same table. */
export const ERROR_MEANINGS: Readonly<Record<ErrorCode, Meaning>> = {
  usage: {
    meaning: "the command line cannot be read, or something is missing on it",
    action: "correct it; `COMMAND --help --json` describes the command",
  },
  store_missing: { meaning: "there is no store", action: "`pprotect init`, or name one with `--file`" },
  store_exists: { meaning: "`init` found a store", action: "use it, or name another with `--file`" },
  invalid_store: { meaning: "the file is no valid store", action: "`pprotect check` lists every problem" },
  unresolved_merge: { meaning: "a merge left conflicts in the store", action: "`pprotect git resolve`" },
  store_locked: { meaning: "another process is writing the store", action: "try again" },
  store_changed: {
    meaning: "the store was changed meanwhile by somebody else",
    action: "look at it, then try again",
  },
  file_error: {
    meaning: "a file cannot be read or written",
    action: "the message has the system's reason; nothing is half written",
  },
  invalid_name: { meaning: "a name that cannot be used in a store", action: "choose another name" },
  invalid_value: {
    meaning: "a value that is no text, or not all of it",
    action: "encode it, for example as base64",
  },
  foreign_file: {
    meaning: "pprotect did not write this file of secrets, or it was changed since",
    action: "look at it; `--force` replaces it",
  },
  not_ignored: {
    meaning: "secrets would be written where git could commit them",
    action: "add the file to .gitignore",
  },
  invalid_manifest: {
    meaning: "`.secrets.json`, or what `--manifest` names, cannot be used",
    action: "correct the line that the message names",
  },
  invalid_template: {
    meaning: "the template of `inject` cannot be read",
    action: "mend the line that the message names",
  },
  invalid_passphrase: { meaning: "a new passphrase cannot be used", action: "give another one" },
  no_such_domain: { meaning: "the store has no such domain", action: "`pprotect list-domains`" },
  no_such_secret: {
    meaning: "the domain has no such secret",
    action: "`pprotect list-domain-secrets DOMAIN`",
  },
  no_such_custodian: {
    meaning: "the store has no such key custodian",
    action: "`pprotect add-key-custodian`",
  },
  no_such_owner: { meaning: "the custodian does not own the domain", action: "nothing is left to do" },
  domain_exists: { meaning: "there is such a domain", action: "use it" },
  secret_exists: { meaning: "there is such a secret", action: "`update-secret` or `set-secret` changes it" },
  custodian_exists: { meaning: "there is such a key custodian", action: "use it" },
  owner_exists: { meaning: "the custodian owns the domain", action: "nothing is left to do" },
  last_owner: {
    meaning: "the domain would have no owner left",
    action: "`add-owner` another first, or `rm-domain`",
  },
  not_owner: {
    meaning: "the acting custodian does not own the domain",
    action: "ask an owner to `add-owner`",
  },
  wrong_credentials: {
    meaning: "no such custodian, or the passphrase is wrong",
    action: "correct the credentials; none other is tried",
  },
  missing_credentials: {
    meaning: "credentials are needed and none were given",
    action: "give `-u` and `--passphrase-file`, or the variables",
  },
  cannot_open: {
    meaning: "something sealed in the store does not open",
    action: "it was damaged or sealed to an old key: take it from git's history, or set it anew",
  },
  aborted: {
    meaning: "it was not confirmed, or nobody could take a generated key; nothing was changed",
    action: "`--yes` confirms; a key is taken from standard output",
  },
  interrupted: { meaning: "Ctrl-C", action: "nothing was changed; run it again" },
  end_of_input: {
    meaning: "standard input ended at a question",
    action: "give the answer as an option, or pipe it in",
  },
  not_a_repository: { meaning: "this is no git work tree", action: "change into one, or `git init`" },
  git_failed: { meaning: "git failed", action: "the message has git's own words" },
  not_installed: {
    meaning: "the git integration is not there as a whole, or has no effect",
    action: "`pprotect git install`, then `pprotect git status`",
  },
  environment: {
    meaning: "the surroundings do not allow it, such as a name that no variable can have",
    action: "the message says what is in the way",
  },
  command_not_found: { meaning: "`exec` found no such program", action: "correct its name or PATH" },
  command_not_executable: {
    meaning: "`exec` may not run the file",
    action: "make it executable, or name another",
  },
  findings: {
    meaning: "the guard found a broken store or a likely secret in the clear",
    action: "see `result.findings`; move the secret into the store, or mark the line `pprotect:allow`",
  },
  internal_error: { meaning: "a defect of pprotect", action: "report it" },
};

/** Every exit status; `exec` has those of the program that it runs besides. */
export const EXIT_STATUSES: readonly { readonly status: number; readonly meaning: string }[] = [
  { status: 0, meaning: "done" },
  { status: 1, meaning: "an error, or an answer that is no" },
  { status: 2, meaning: "the store is missing, or is there already at init" },
  { status: 126, meaning: "exec: the program cannot be run" },
  { status: 127, meaning: "exec: the program was not found" },
  { status: 130, meaning: "interrupted by Ctrl-C" },
];
