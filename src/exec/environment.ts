import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { encodeUtf8 } from "../common/utf8.ts";
import { credentialVariables } from "../credentials/environment-names.ts";
import { plaintextLength } from "../store/format/sealed-value.ts";
import { findDomain, findSecret } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import { type Choice, type ChosenSecret, isSealed } from "./selection.ts";

/** Which variables of our own environment the child inherits. */
export interface PassthroughOptions {
  /** Pass on only the variables that any program needs to run. */
  readonly noPassthrough: boolean;
  /** Variables to pass on despite `noPassthrough`. */
  readonly keep: readonly string[];
  /** The prefixes of the credential variables, which the child never inherits. */
  readonly credentialPrefixes: readonly string[];
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
export function checkPassthrough({ noPassthrough, keep, credentialPrefixes }: PassthroughOptions): void {
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
  const credential = keep.find((name) => credentialVariables(...credentialPrefixes).includes(name));
  if (credential !== undefined) {
    throw new PprotectError("usage", `--keep ${credential}: credentials are never passed on`);
  }
}

/**
 * The child's environment: ours without the credential variables, plus the secrets.
 *
 * @param ours each `NAME=value`, in any encoding, as is the result
 * @throws PprotectError `environment` when a value cannot be in an environment
 */
export function childEnvironment(
  secrets: readonly ChosenSecret[],
  ours: readonly Uint8Array[],
  options: PassthroughOptions,
): Uint8Array[] {
  secrets.forEach(refuseNul);
  const replaced = new Set([
    ...secrets.map(({ variable }) => variable),
    ...credentialVariables(...options.credentialPrefixes),
  ]);
  const inherited = ours.filter((each) => {
    const name = nameOf(each);
    return !replaced.has(name) && isPassed(name, options);
  });
  return [...inherited, ...secrets.map(({ variable, value }) => encodeUtf8(`${variable}=${value}`))];
}

/** Linux: the longest string that execve(2) takes (MAX_ARG_STRLEN), with the zero byte at its end. */
export const MAX_VARIABLE_BYTES = 128 * 1024;

/** A secret as a variable. */
export interface VariableSize {
  /** The secret's name. */
  readonly name: string;
  /** Bytes of `variable=value` and the zero byte after it. */
  readonly size: number;
}

/** The secrets that no program can get in a variable. Their sizes show without opening them. */
export function tooLongForVariables(store: StoreData, choices: readonly Choice[]): VariableSize[] {
  if (process.platform !== "linux") return [];
  const sizes = choices.map((choice) => ({
    name: choice.name,
    size: Buffer.byteLength(choice.variable) + valueLength(store, choice) + 2,
  }));
  return sizes.filter(({ size }) => size > MAX_VARIABLE_BYTES);
}

function valueLength(store: StoreData, choice: Choice): number {
  if (!isSealed(choice)) return Buffer.byteLength(choice.value);
  const { domain, name } = choice;
  return plaintextLength(findSecret(domain, findDomain(store, domain), name));
}

/** The name of a variable, one character a byte. */
function nameOf(variable: Uint8Array): string {
  const end = variable.indexOf("=".charCodeAt(0), 1);
  return Buffer.from(end === -1 ? variable : variable.subarray(0, end)).toString("latin1");
}

function isPassed(name: string, { noPassthrough, keep }: PassthroughOptions): boolean {
  if (!noPassthrough || ALWAYS_PASSED.includes(name)) return true;
  if (process.platform === "win32" && ALWAYS_PASSED_ON_WINDOWS.includes(name)) return true;
  return keep.some((each) => Buffer.from(each).toString("latin1") === name);
}

function refuseNul({ name, value }: ChosenSecret): void {
  if (!value.includes("\0")) return;
  throw new PprotectError(
    "environment",
    `secret "${displayName(name)}" contains a NUL byte, which an environment variable cannot`,
    `pass it as a file: --as-file ${name}`,
  );
}
