import { PprotectError } from "../common/errors.ts";
import { isShellIdentifier } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import { defaultVariable } from "../sources/lookups.ts";

/** How to make a variable name from a secret's name. */
export interface NamingOptions {
  /** Put before each name, followed by an underscore. */
  readonly prefix: string | undefined;
  /** `db-pass` becomes `DB_PASS`. */
  readonly uppercase: boolean;
}

/** @throws PprotectError `environment` when a variable name cannot start with the prefix */
export function checkPrefix(prefix: string | undefined): void {
  if (prefix === undefined || isShellIdentifier(prefix)) return;
  throw new PprotectError("environment", `--prefix "${displayName(prefix)}" cannot start a variable name`);
}

/** The variable name of a secret. */
export function variableName(secret: string, { prefix, uppercase }: NamingOptions): string {
  const name = uppercase ? defaultVariable(secret) : secret;
  return prefix === undefined ? name : `${prefix}_${name}`;
}
