/** What kind of value an option or argument takes: decides what completion offers for it. */
export type ValueKind =
  /** Free text: a new name, a number. Nothing is offered. */
  | "text"
  /** One of {@link ValueType.choices}. */
  | "choice"
  /** Some of {@link ValueType.parts}, joined by commas. */
  | "list"
  | "file"
  | "domain"
  /** A domain that does not exist yet. Nothing is offered. */
  | "new-domain"
  /** A secret of the domains on the line, or of any domain when the line names none. */
  | "secret"
  /** A secret that other domains have and those on the line do not. */
  | "new-secret"
  /** A domain, or DOMAIN/SECRET with a secret of it. */
  | "secret-path"
  /** A domain, or DOMAIN/SECRET with a secret that other domains have. */
  | "new-secret-path"
  /** A domain, or a secret of the domain on the line. */
  | "secret-or-domain"
  | "custodian"
  /** An owner of the domains on the line. */
  | "owner"
  /** A custodian who does not own the domains on the line. */
  | "new-owner"
  /** A program of the system, followed by its own arguments. */
  | "program"
  /** NAME=DECISION for a conflict of the merge in progress. */
  | "conflict"
  /** The id of a lease, or for `revoke` of a value that was given out. */
  | "lease"
  /** The name of a client in the access log. */
  | "client"
  /** The words of a command, or the name of a group of commands. */
  | "help-topic";

/** The type of an option's value or of an argument. It is plain data, so that the build can embed it. */
export interface ValueType<Choice extends string = string> {
  readonly kind: ValueKind;
  /** Stands for the value in help and messages, in capitals. */
  readonly metavar: string;
  /** Every value that is allowed, for the kind `choice`. */
  readonly choices?: readonly Choice[];
  /** Every part of a list, for the kind `list`. */
  readonly parts?: readonly string[];
}

export const FILE: ValueType = { kind: "file", metavar: "FILE" };
export const STORE: ValueType = { kind: "file", metavar: "STORE" };
export const DOMAIN: ValueType = { kind: "domain", metavar: "DOMAIN" };
export const NEW_DOMAIN: ValueType = { kind: "new-domain", metavar: "DOMAIN" };
export const SECRET: ValueType = { kind: "secret", metavar: "SECRET" };
export const SECRET_PATH: ValueType = { kind: "secret-path", metavar: "DOMAIN" };
export const SECRET_OR_DOMAIN: ValueType = { kind: "secret-or-domain", metavar: "SECRET" };
export const NEW_SECRET_PATH: ValueType = { kind: "new-secret-path", metavar: "DOMAIN" };
export const NEW_SECRET: ValueType = { kind: "new-secret", metavar: "SECRET" };
/** A pattern of secrets' names; the names themselves are offered. */
export const SECRET_GLOB: ValueType = { kind: "secret", metavar: "GLOB" };
export const CUSTODIAN: ValueType = { kind: "custodian", metavar: "CUSTODIAN" };
export const USER: ValueType = { kind: "custodian", metavar: "USER" };
export const NEW_USER: ValueType = { kind: "text", metavar: "USER" };
export const OWNER: ValueType = { kind: "owner", metavar: "CUSTODIAN" };
export const NEW_OWNER: ValueType = { kind: "new-owner", metavar: "CUSTODIAN" };
export const CONFLICT: ValueType = { kind: "conflict", metavar: "NAME=DECISION" };
export const LEASE: ValueType = { kind: "lease", metavar: "LEASE" };
export const CLIENT: ValueType = { kind: "client", metavar: "NAME" };
export const PROGRAM: ValueType = { kind: "program", metavar: "PROGRAM" };
export const HELP_TOPIC: ValueType = { kind: "help-topic", metavar: "TOPIC" };

/** A file. @param metavar as for {@link text} */
export function file(metavar: string): ValueType {
  return { kind: "file", metavar };
}

/** Free text. @param metavar its name in help, in capitals */
export function text(metavar: string): ValueType {
  return { kind: "text", metavar };
}

/** One of a few words. */
export function choice<const Choice extends string>(
  metavar: string,
  choices: readonly Choice[],
): ValueType<Choice> {
  return { kind: "choice", metavar, choices };
}

/** Some of a few words, joined by commas. */
export function list(metavar: string, parts: readonly string[]): ValueType {
  return { kind: "list", metavar, parts };
}
