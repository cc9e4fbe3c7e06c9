import type { Entry } from "../entry.ts";
import { hasReference } from "../references.ts";
import { checkCalculated } from "./calculated-variables.ts";
import { checkIdentifier, checkNoNul, unrepresentable } from "./unrepresentable.ts";

/** Plain where every reader, docker's and a shell's among them, takes the value as it is. */
const PLAIN = /^[A-Za-z0-9_./:@%+,=-]*$/;

/**
 * A dotenv file that Node, npm's dotenv with and without dotenv-expand, dotenvx, Bun, python-dotenv, docker compose
 * and a shell read alike. docker's own `--env-file` knows no quotes: only what is plain is right for it too.
 *
 * @throws PprotectError `unrepresentable` for what some of them read differently
 */
export function writeDotenv(entries: readonly Entry[]): string {
  return entries.map(({ name, value }) => `${name}=${dotenvValue(name, value)}\n`).join("");
}

function dotenvValue(name: string, value: string): string {
  checkIdentifier("dotenv", name);
  checkNoNul("dotenv", name, value);
  checkCalculated("dotenv", name, value);
  const problem = whyNot(value);
  if (problem !== undefined) throw unrepresentable("dotenv", name, problem, OTHERS);
  if (PLAIN.test(value)) return value;
  return value.includes("'") ? `"${value}"` : `'${value}'`;
}

const OTHERS = "--format shell can hold it where the file is sourced, --format json anywhere";

function whyNot(value: string): string | undefined {
  if (value.includes("\r")) return "has a carriage return, which most readers drop";
  if (hasReference(value)) return "has a $ that some readers take for a variable";
  if (value.startsWith("encrypted:")) return "starts as a value that dotenvx decrypts";
  if (/\\(?:['\\$]|$)/.test(value)) return "has a backslash that some readers take for an escape";
  if (value.includes("'") && /["\\`$]/.test(value))
    return "has quotes of several kinds, or a quote and a backslash";
  return undefined;
}
