/** What git-filter-repo writes in place of a secret. */
const REPLACEMENT = "***REMOVED***";

/**
 * Values as the expressions of `git filter-repo --replace-text`: a line each. Each byte is an escape of a regular
 * expression, since the format has no other way to write a line end, or `==>`.
 */
export function expressionsOf(values: readonly string[]): string {
  return values.map((value) => `${expressionOf(value)}\n`).join("");
}

function expressionOf(value: string): string {
  const bytes = [...Buffer.from(value)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
  return `regex:${bytes.join("")}==>${REPLACEMENT}`;
}
