import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { AUDIT_LOG_KEY, CUSTODIANS_KEY, META_KEY } from "../store-data.ts";

/** FORMAT.md, "Document". */
const SECRET_NAME = /^[A-Za-z][-_A-Za-z0-9]*$/;

/** Controls, line separators, and the marks that make a terminal show a name as another one. */
const MISLEADING = /[\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff]/u;

/** Says what is wrong with a secret's name, or nothing. The rule holds for names in a file and for new ones. */
export function secretNameProblem(name: string): string | undefined {
  if (SECRET_NAME.test(name)) return undefined;
  return `secret names start with a letter and go on with ASCII letters, digits, "-" or "_", not "${displayName(name)}"`;
}

/** @throws PprotectError `invalid_name` when no secret can be named so */
export function checkSecretName(name: string): void {
  const problem = secretNameProblem(name);
  if (problem !== undefined) throw new PprotectError("invalid_name", problem);
}

/** @throws PprotectError `invalid_name` when no new domain should be named so: it could not be read back, or not be told apart */
export function checkNewDomainName(name: string): void {
  if (name === CUSTODIANS_KEY || name === AUDIT_LOG_KEY) {
    throw new PprotectError(
      "invalid_name",
      `"${name}" is one of the file's own keys and cannot name a domain`,
    );
  }
  if (name.startsWith(META_KEY)) {
    throw new PprotectError(
      "invalid_name",
      `a domain's name cannot start with "${META_KEY}" (the format reserves it): "${displayName(name)}"`,
    );
  }
  checkNewName("domain", name);
}

/** @throws PprotectError `invalid_name` when no new key custodian should be named so */
export function checkNewCustodianName(name: string): void {
  checkNewName("custodian", name);
}

function checkNewName(what: "domain" | "custodian", name: string): void {
  if (name === "") throw new PprotectError("invalid_name", `a ${what}'s name cannot be empty`);
  if (MISLEADING.test(name)) {
    throw new PprotectError(
      "invalid_name",
      `a ${what}'s name cannot hold control or direction characters: "${displayName(name)}"`,
    );
  }
  if (name !== name.trim()) {
    throw new PprotectError(
      "invalid_name",
      `a ${what}'s name cannot start or end with a space: "${displayName(name)}"`,
    );
  }
}
