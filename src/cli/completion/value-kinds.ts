import { OUTPUT_FORMATS } from "../../exec/output-format.ts";
import { KEY_TYPES } from "../../store/custodian.ts";
import { SHELLS } from "./shells.ts";

/** What a value on the line is, and so what is offered for it; a list is all that it may be. */
export type Value =
  /** The user's own to make up: a new name, a number. */
  | "new"
  | "new-domain"
  | "file"
  | "domain"
  /** A secret of the domains on the line, or of all while none is there. */
  | "secret"
  /** A secret that other domains have and those on the line do not. */
  | "secret-elsewhere"
  | "custodian"
  /** An owner of the domains on the line. */
  | "owner"
  /** A custodian who does not own them. */
  | "other-custodian"
  /** A program of the system, with arguments of its own. */
  | "program"
  /** NAME=ours or NAME=theirs for a conflict of the merge that git is in. */
  | "conflict"
  | readonly string[];

/** A command's positional arguments, in order, and what any number of further ones are. */
export interface Arguments {
  readonly each: readonly Value[];
  readonly rest?: Value;
}

/** Every command by what its arguments are; a test holds it against the definitions. */
export const ARGUMENTS: Readonly<Record<string, Arguments>> = {
  init: { each: [] },
  version: { each: [] },
  check: { each: [] },
  completion: { each: [SHELLS] },
  "list-audit-log": { each: [] },
  "truncate-audit-log": { each: ["new"] },
  "add-key-custodian": { each: [] },
  "rm-key-custodian": { each: ["custodian"] },
  "list-user-secrets": { each: [] },
  "set-key-custodian-passphrase": { each: [] },
  "rekey-custodian": { each: [] },
  "add-domain": { each: ["new-domain"] },
  "add-owner": { each: ["domain", "other-custodian"] },
  "list-domains": { each: [] },
  "rotate-domain-keys": { each: ["domain"] },
  "migrate-owner": { each: ["custodian"] },
  "rm-owner": { each: ["domain", "owner"] },
  "rm-domain": { each: ["domain"] },
  "add-secret": { each: ["domain", "secret-elsewhere"] },
  "list-domain-secrets": { each: ["domain"] },
  "list-all-secrets": { each: [] },
  "update-secret": { each: ["domain", "secret"] },
  "set-secret": { each: ["domain", "secret"] },
  "rm-secret": { each: ["domain", "secret"] },
  "decrypt-domain": { each: ["domain"] },
  env: { each: [] },
  cleanup: { each: [] },
  exec: { each: [], rest: "program" },
  redact: { each: [] },
  inject: { each: ["file"] },
  "git resolve": { each: [] },
  "git merge-driver": { each: ["file", "file", "file", "new", "file"] },
  "git textconv": { each: ["file"] },
  "git history": { each: ["domain", "secret"] },
  "git install": { each: [], rest: "file" },
  "git uninstall": { each: [], rest: "file" },
  "git status": { each: [], rest: "file" },
  "git pre-commit": { each: [] },
  "git check": { each: ["new"] },
};

/** Every option that takes a value by what the value is, `COMMAND --option` before `--option`; the same test holds it. */
export const OPTION_VALUES: Readonly<Record<string, Value>> = {
  "--file": "file",
  "--user": "custodian",
  "init --user": "new",
  "add-key-custodian --user": "new",
  "--passphrase-file": "file",
  "--new-passphrase-file": "file",
  "--env-prefix": "new",
  "--key-type": KEY_TYPES,
  "--domain": "domain",
  "add-domain --domain": "new-domain",
  "--secret": "secret",
  "--value-file": "file",
  "--output-format": OUTPUT_FORMATS,
  "--prefix": "new",
  "--take": "conflict",
  "--only": "secret",
  "--as-file": "secret",
  "--except": "secret",
  "--manifest": "file",
  "--out": "file",
  "--keep": "new",
};

/** Options that may stand on the line more than once, and so are offered again; `COMMAND --option` for one command. */
export const REPEATABLE: ReadonlySet<string> = new Set([
  "--take",
  "exec --domain",
  "env --domain",
  "inject --domain",
  "redact --domain",
  "--only",
  "--except",
  "--keep",
  "--as-file",
]);
