import { PprotectError } from "../common/errors.ts";
import { isShellIdentifier } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";

/**
 * Variables that make loaders and interpreters run code. Anyone can add a secret, so a secret with such a name would let
 * anyone run code in the child.
 */
const CODE_VARIABLES =
  /^(?:PATH|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|PS4|BASH_FUNC_.*|LD_.*|DYLD_.*|GCONV_PATH|PYTHON.*|NODE_OPTIONS|NODE_PATH|BUN_OPTIONS|PERL5OPT|PERL5LIB|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GIT_(?:CONFIG.*|DIR|EXEC_PATH|SSH|SSH_COMMAND|ASKPASS|EDITOR|SEQUENCE_EDITOR|PAGER|EXTERNAL_DIFF|PROXY_COMMAND|TEMPLATE_DIR))$/i;

/** Whether a variable of this name can make a program run other code. */
export function runsCode(variable: string): boolean {
  return CODE_VARIABLES.test(variable);
}

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
  const name = uppercase ? secret.replace(/[^A-Za-z0-9]/g, "_").toUpperCase() : secret;
  return prefix === undefined ? name : `${prefix}_${name}`;
}
