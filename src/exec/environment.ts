import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { credentialVariables } from "../credentials/environment-names.ts";
import type { ChosenSecret } from "./selection.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Which variables of our own environment the child inherits. */
export interface PassthroughOptions {
  /** Pass on only the variables that any program needs to run. */
  readonly noPassthrough: boolean;
  /** Variables to pass on despite `noPassthrough`. */
  readonly keep: readonly string[];
  /** The prefix of the credential variables, which the child never inherits. */
  readonly credentialPrefix: string;
}

const ALWAYS_PASSED = ["PATH", "HOME", "TERM", "LANG", "USER", "SHELL", "LOGNAME"];
/** Few programs start on Windows without these. */
const ALWAYS_PASSED_ON_WINDOWS = [
  "SystemRoot",
  "SystemDrive",
  "ComSpec",
  "PATHEXT",
  "TEMP",
  "TMP",
  "USERPROFILE",
];

/** @throws PprotectError `usage` when `--keep` has no effect, or names a credential variable */
export function checkPassthrough({ noPassthrough, keep, credentialPrefix }: PassthroughOptions): void {
  if (keep.length > 0 && !noPassthrough) {
    throw new PprotectError(
      "usage",
      "--keep requires --no-passthrough",
      "add --no-passthrough, or omit --keep: by default every variable is passed on",
    );
  }
  const notAName = keep.find((name) => name === "" || name.includes("="));
  if (notAName !== undefined) {
    throw new PprotectError(
      "usage",
      `--keep takes a variable name, not "${displayName(notAName)}"`,
      "the variable keeps its current value",
    );
  }
  const credential = keep.find((name) => credentialVariables(credentialPrefix).includes(name));
  if (credential !== undefined) {
    throw new PprotectError("usage", `--keep ${credential}: credentials are never passed on`);
  }
}

/**
 * The child's environment: ours without the credential variables, plus the secrets.
 * @throws PprotectError `environment` when a value cannot be in an environment
 */
export function childEnvironment(
  secrets: readonly ChosenSecret[],
  ours: Environment,
  options: PassthroughOptions,
): Record<string, string> {
  secrets.forEach(refuseNul);
  const environment = inherited(ours, options);
  for (const variable of credentialVariables(options.credentialPrefix)) delete environment[variable];
  return { ...environment, ...Object.fromEntries(secrets.map(({ variable, value }) => [variable, value])) };
}

function inherited(ours: Environment, { noPassthrough, keep }: PassthroughOptions): Record<string, string> {
  const needed = new Set([
    ...ALWAYS_PASSED,
    ...(process.platform === "win32" ? ALWAYS_PASSED_ON_WINDOWS : []),
    ...keep,
  ]);
  const kept = Object.entries(ours).filter(([name]) => !noPassthrough || needed.has(name));
  return Object.fromEntries(kept.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function refuseNul({ name, value }: ChosenSecret): void {
  if (!value.includes("\0")) return;
  throw new PprotectError(
    "environment",
    `secret "${displayName(name)}" contains a NUL byte, which an environment variable cannot`,
    `pass it as a file: --as-file ${name}`,
  );
}
