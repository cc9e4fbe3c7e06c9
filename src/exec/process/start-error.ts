import { closeSync, openSync, readSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { shellWord } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { reasonOf } from "../../system/file-error.ts";
import { MAX_VARIABLE_BYTES, type VariableSize } from "../environment.ts";
import type { ChosenSecret } from "../selection.ts";
import type { Program } from "./program.ts";

/** Bytes above which a secret is worth mentioning when all together are too long. */
const LARGE = 4096;
/** How many secrets a message names. */
const NAMED = 3;

/**
 * The error for a program that could not be started.
 *
 * @param code the system's name of the error, such as `E2BIG`
 * @param secrets what is in its environment
 */
export function startError(program: Program, code: string, secrets: readonly ChosenSecret[]): PprotectError {
  const path = new TextDecoder().decode(program.path);
  const cannot = `cannot run ${displayName(path)}: `;
  if (code === "E2BIG") return tooLongError(path, secrets.map(variableSize));
  if (code !== "ENOENT") return new PprotectError("command_not_executable", cannot + reasonOf(code));
  // The file itself exists: it was found before.
  const interpreter = interpreterOf(program.path);
  if (interpreter === undefined)
    return new PprotectError(
      "command_not_found",
      `${cannot}its dynamic loader does not exist`,
      "it was built for another system",
    );
  if (!interpreter.endsWith("\r"))
    return new PprotectError(
      "command_not_found",
      `${cannot}its interpreter ${displayName(interpreter)} does not exist`,
    );
  return new PprotectError(
    "command_not_found",
    `${cannot}its first line ends in CRLF, so its interpreter does not exist`,
    `convert it to LF line ends: \`sed -i 's/\\r$//' ${shellWord(displayName(path))}\``,
  );
}

/**
 * The error for a program whose arguments and variables are too long.
 *
 * @param path the program
 * @param variables secrets in its environment
 */
export function tooLongError(path: string, variables: readonly VariableSize[]): PprotectError {
  return new PprotectError(
    "command_not_executable",
    `cannot run ${displayName(path)}: ${reasonOf("E2BIG")}`,
    whatIsLong(variables),
  );
}

function variableSize({ name, variable, value }: ChosenSecret): VariableSize {
  return { name, size: Buffer.byteLength(`${variable}=${value}`) + 1 };
}

function whatIsLong(variables: readonly VariableSize[]): string {
  const sizes = variables.toSorted((a, b) => b.size - a.size);
  const tooLong = sizes.filter(({ size }) => size > MAX_VARIABLE_BYTES);
  const named = (tooLong.length > 0 ? tooLong : sizes.filter(({ size }) => size > LARGE)).slice(0, NAMED);
  if (named.length === 0) return "pass fewer arguments, or fewer variables with --no-passthrough";
  const list = named.map(({ name, size }) => `"${displayName(name)}" (${size} bytes)`).join(", ");
  return `the largest secrets: ${list}; pass them as files: ${named.map(({ name }) => `--as-file ${name}`).join(" ")}`;
}

/** The interpreter in the first line of a script. */
function interpreterOf(path: Uint8Array): string | undefined {
  const start = Buffer.alloc(256);
  try {
    const descriptor = openSync(Buffer.from(path), "r");
    try {
      readSync(descriptor, start);
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return undefined;
  }
  return /^#![ \t]*([^ \t\n\0]+)/.exec(start.toString("utf8"))?.[1];
}
