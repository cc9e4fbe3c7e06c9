import { PprotectError } from "../common/errors.ts";
import { shown } from "../common/printable.ts";
import { credentialVariables } from "../credentials/environment-names.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** How secrets become variables of the child. */
export interface EnvironmentOptions {
  /** Put before each name, with an underscore. */
  readonly prefix: string | undefined;
  /** `db-pass` becomes `DB_PASS`. */
  readonly uppercase: boolean;
  /** Leave out our own environment but for what a program needs to run at all. */
  readonly noPassthrough: boolean;
  /** The prefix of the credential variables, which the child never gets. */
  readonly credentialPrefix: string;
}

const NEEDED = ["PATH", "HOME", "TERM", "LANG", "USER", "SHELL", "LOGNAME"];
/** Without these, few programs start on Windows. */
const NEEDED_ON_WINDOWS = ["SystemRoot", "SystemDrive", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERPROFILE"];

/**
 * Variables that loaders and interpreters take as code or as where to find it. Anyone can add a secret, so a
 * secret of such a name would let anyone run code in the child.
 */
const CODE_VARIABLES =
  /^(?:PATH|IFS|ENV|BASH_ENV|SHELLOPTS|BASHOPTS|PROMPT_COMMAND|PS4|BASH_FUNC_.*|LD_.*|DYLD_.*|GCONV_PATH|PYTHON.*|NODE_OPTIONS|NODE_PATH|BUN_OPTIONS|PERL5OPT|PERL5LIB|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|JDK_JAVA_OPTIONS|GIT_(?:CONFIG.*|DIR|EXEC_PATH|SSH|SSH_COMMAND|ASKPASS|EDITOR|SEQUENCE_EDITOR|PAGER|EXTERNAL_DIFF|PROXY_COMMAND|TEMPLATE_DIR))$/i;

const VARIABLE_PREFIX = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The environment of the child: ours without credentials, then the secrets.
 *
 * @throws PprotectError `environment` when two secrets get one name, a name would run code, or a value cannot
 *   stand in an environment
 */
export function childEnvironment(
  secrets: ReadonlyMap<string, string>,
  ours: Environment,
  options: EnvironmentOptions,
): Record<string, string> {
  const environment = inherited(ours, options);
  for (const variable of credentialVariables(options.credentialPrefix)) delete environment[variable];
  return { ...environment, ...secretVariables(secrets, options) };
}

function inherited(ours: Environment, { noPassthrough }: EnvironmentOptions): Record<string, string> {
  const needed = new Set(process.platform === "win32" ? [...NEEDED, ...NEEDED_ON_WINDOWS] : NEEDED);
  const kept = Object.entries(ours).filter(([name]) => !noPassthrough || needed.has(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function secretVariables(
  secrets: ReadonlyMap<string, string>,
  options: EnvironmentOptions,
): Record<string, string> {
  if (options.prefix !== undefined && !VARIABLE_PREFIX.test(options.prefix)) {
    throw new PprotectError(
      "environment",
      `--prefix "${shown(options.prefix)}" cannot start a variable's name`,
    );
  }
  const sources = new Map<string, string>();
  const variables: [string, string][] = [];
  for (const [secret, value] of secrets) {
    const variable = variableName(secret, options);
    const other = sources.get(variable);
    if (other !== undefined) {
      throw new PprotectError(
        "environment",
        `secrets "${shown(other)}" and "${shown(secret)}" would both become the variable ${variable}`,
        "rename one of them, or leave out --uppercase",
      );
    }
    if (CODE_VARIABLES.test(variable)) {
      throw new PprotectError(
        "environment",
        `secret "${shown(secret)}" would set ${variable}, which can make the program run other code`,
        "give --prefix, or rename the secret",
      );
    }
    if (value.includes("\0")) {
      throw new PprotectError(
        "environment",
        `secret "${shown(secret)}" holds a NUL byte, which no environment variable can`,
      );
    }
    sources.set(variable, secret);
    variables.push([variable, value]);
  }
  return Object.fromEntries(variables);
}

function variableName(secret: string, { prefix, uppercase }: EnvironmentOptions): string {
  const name = uppercase ? secret.replace(/[^A-Za-z0-9]/g, "_").toUpperCase() : secret;
  return prefix === undefined ? name : `${prefix}_${name}`;
}
