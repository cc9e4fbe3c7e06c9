/** What git-filter-repo writes in place of a secret. */
const REPLACEMENT = "***REMOVED***";

/**
 * Bytes as the expressions of `git filter-repo --replace-text`, `--replace-message` and `--paths-from-file`: a line
 * each. Each byte is an escape of a regular expression, since the format has no other way to write a line end, or `==>`.
 */
export function expressionsOf(texts: readonly Uint8Array[], replacement = REPLACEMENT): string {
  return texts.map((text) => `${expressionOf(text, replacement)}\n`).join("");
}

function expressionOf(text: Uint8Array, replacement: string): string {
  const bytes = Array.from(text, (byte) => `\\x${byte.toString(16).padStart(2, "0")}`);
  return `regex:${bytes.join("")}==>${replacement}`;
}
