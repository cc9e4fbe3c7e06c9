import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { AUDIT_LOG_KEY, CUSTODIANS_KEY, META_KEY, type StoreData } from "../store-data.ts";

/** FORMAT.md, "Document". */
const SECRET_NAME = /^[A-Za-z][-_A-Za-z0-9]*$/;

/**
 * Controls, line separators, marks that change how a terminal displays the rest of a name, and characters that show
 * nothing, such as those of zero width and tags.
 */
const MISLEADING = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029]/u;

/**
 * Characters (UTF-16 code units) of a new name. The format has no limit, and longer names in a file are read; but YAML
 * takes keys of at most 1024 characters in the usual form, `key: value` (YAML 1.2, "Implicit Keys"), and what is longer
 * is text that was pasted into the wrong place.
 */
export const MAX_NEW_NAME = 1000;

/** Why a secret's name is invalid, or `undefined`. The same rule holds for names in a file and new ones. */
export function secretNameProblem(name: string): string | undefined {
  if (SECRET_NAME.test(name)) return undefined;
  return `invalid secret name "${displayName(name)}": use a letter, then ASCII letters, digits, "-" or "_"`;
}

/** @throws PprotectError `invalid_name` when a secret cannot have this name */
export function checkSecretName(name: string): void {
  const problem = secretNameProblem(name);
  if (problem !== undefined) throw new PprotectError("invalid_name", problem);
}

/** {@link checkSecretName}, also of the length where no domain has the name. @throws PprotectError `invalid_name` */
export function checkNewSecretName({ domains }: StoreData, name: string): void {
  checkSecretName(name);
  if (name.length > MAX_NEW_NAME && ![...domains.values()].some(({ secrets }) => secrets.has(name)))
    throw tooLong("secret", name);
}

/** @throws PprotectError `invalid_name` when a new domain should not have this name: reserved, misleading, too long or empty */
export function checkNewDomainName(name: string): void {
  if (name === CUSTODIANS_KEY || name === AUDIT_LOG_KEY) {
    throw new PprotectError("invalid_name", `"${name}" is reserved and cannot name a domain`);
  }
  if (name.startsWith(META_KEY)) {
    throw new PprotectError(
      "invalid_name",
      `domain names that start with "${META_KEY}" are reserved: "${displayName(name)}"`,
    );
  }
  checkNewName("domain", name);
}

/** @throws PprotectError `invalid_name` when a new key custodian should not have this name: misleading, too long or empty */
export function checkNewCustodianName(name: string): void {
  checkNewName("custodian", name);
}

function checkNewName(what: "domain" | "custodian", name: string): void {
  if (name === "") throw new PprotectError("invalid_name", `a ${what} name cannot be empty`);
  if (name.length > MAX_NEW_NAME) throw tooLong(what, name);
  if (MISLEADING.test(name)) {
    throw new PprotectError(
      "invalid_name",
      `a ${what} name cannot contain control, bidirectional or invisible characters: "${displayName(name)}"`,
    );
  }
  if (name !== name.trim()) {
    throw new PprotectError(
      "invalid_name",
      `a ${what} name cannot start or end with white space: "${displayName(name)}"`,
    );
  }
}

function tooLong(what: string, name: string): PprotectError {
  return new PprotectError(
    "invalid_name",
    `a ${what} name cannot be longer than ${MAX_NEW_NAME} characters; "${displayName(name)}" has ${name.length}`,
  );
}
