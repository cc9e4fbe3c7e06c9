import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { credentialVariables } from "../credentials/environment-names.ts";
import type { ChosenSecret } from "./selection.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What the child gets of our own environment. */
export interface PassthroughOptions {
  /** Leave out our own environment but for what a program needs to run at all. */
  readonly noPassthrough: boolean;
  /** Variables that get through nevertheless. */
  readonly keep: readonly string[];
  /** The prefix of the credential variables, which the child never gets. */
  readonly credentialPrefix: string;
}

const ALWAYS_PASSED = ["PATH", "HOME", "TERM", "LANG", "USER", "SHELL", "LOGNAME"];
/** Without these, few programs start on Windows. */
const ALWAYS_PASSED_ON_WINDOWS = [
  "SystemRoot",
  "SystemDrive",
  "ComSpec",
  "PATHEXT",
  "TEMP",
  "TMP",
  "USERPROFILE",
];

/** @throws PprotectError `usage` when what is to be kept is kept anyway, or never is */
export function checkPassthrough({ noPassthrough, keep, credentialPrefix }: PassthroughOptions): void {
  if (keep.length > 0 && !noPassthrough) {
    throw new PprotectError(
      "usage",
      "--keep says what --no-passthrough lets through",
      "give both, or leave out --keep: without --no-passthrough every variable gets through",
    );
  }
  const noName = keep.find((name) => name === "" || name.includes("="));
  if (noName !== undefined) {
    throw new PprotectError(
      "usage",
      `--keep takes the name of a variable, not "${displayName(noName)}"`,
      "its value is the one that it has here",
    );
  }
  const credential = keep.find((name) => credentialVariables(credentialPrefix).includes(name));
  if (credential !== undefined) {
    throw new PprotectError("usage", `--keep ${credential}: no program gets our credentials`);
  }
}

/**
 * The environment of the child: ours without credentials, then the secrets.
 *
 * @throws PprotectError `environment` when a value cannot stand in an environment
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
    `secret "${displayName(name)}" holds a NUL byte, which no environment variable can`,
    `give it as a file: --as-file ${name}`,
  );
}
