import { sortedByKey } from "../common/code-points.ts";
import { PprotectError } from "../common/errors.ts";
import { quoteForShell } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import { isShellIdentifier } from "./variable-names.ts";

export const OUTPUT_FORMATS = ["json", "env", "shell"] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/**
 * Secrets as text for a program, sorted by name.
 * @throws PprotectError `environment` when a name is no shell identifier or a value has a NUL, in `env` and `shell`
 */
export function formatSecrets(secrets: ReadonlyMap<string, string>, format: OutputFormat): string {
  if (format === "json") return `${toJson([...sortedByKey(secrets)])}\n`;
  const start = format === "shell" ? "export " : "";
  return [...sortedByKey(secrets)]
    .map(([name, value]) => `${start}${shellAssignment(name, value)}\n`)
    .join("");
}

/** One object, in this order: an object of JavaScript would put names like `1` first, and lose `__proto__`. */
function toJson(entries: readonly [string, string][]): string {
  if (entries.length === 0) return "{}";
  const lines = entries.map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}`;
}

function shellAssignment(name: string, value: string): string {
  if (!isShellIdentifier(name)) {
    throw new PprotectError(
      "environment",
      `secret "${displayName(name)}" is not a valid shell identifier, so it cannot stand in env or shell format`,
      "use --output-format json, or `pprotect env --uppercase`",
    );
  }
  if (value.includes("\0")) {
    throw new PprotectError(
      "environment",
      `secret "${displayName(name)}" holds a NUL byte, which no shell variable can`,
    );
  }
  return `${name}=${quoteForShell(value)}`;
}
