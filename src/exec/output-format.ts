import { sortedByKey } from "../common/code-points.ts";
import { PprotectError } from "../common/errors.ts";
import { isShellIdentifier, quoteForShell } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import { refuseDangerous } from "./selection.ts";

export const OUTPUT_FORMATS = ["json", "env", "shell"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/**
 * Formats secrets for a program to read, sorted by name.
 *
 * @param secrets plaintext values by name
 * @param note gets a line for each variable that steers programs; none if they were looked at before
 * @throws PprotectError `environment` in the formats `env` and `shell`, when a name is not a shell identifier, a value
 *   contains a NUL, or a variable of that name makes programs run code
 */
export function formatSecrets(
  secrets: ReadonlyMap<string, string>,
  format: OutputFormat,
  note: (message: string) => void = () => undefined,
): string {
  if (format === "json") return `${toJson([...sortedByKey(secrets)])}\n`;
  const start = format === "shell" ? "export " : "";
  for (const name of secrets.keys()) refuseDangerous({ name, variable: name }, note);
  return [...sortedByKey(secrets)]
    .map(([name, value]) => `${start}${shellAssignment(name, value)}\n`)
    .join("");
}

/** Written by hand: a JavaScript object would put names like `1` first, and lose `__proto__`. */
function toJson(entries: readonly [string, string][]): string {
  if (entries.length === 0) return "{}";
  const lines = entries.map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}`;
}

function shellAssignment(name: string, value: string): string {
  if (!isShellIdentifier(name)) {
    throw new PprotectError(
      "environment",
      `secret "${displayName(name)}" is not a valid shell identifier; the formats env and shell need one`,
      "use --output-format json, or `pprotect env --uppercase`",
    );
  }
  if (value.includes("\0")) {
    throw new PprotectError(
      "environment",
      `secret "${displayName(name)}" contains a NUL byte, which a shell variable cannot`,
    );
  }
  return `${name}=${quoteForShell(value)}`;
}
