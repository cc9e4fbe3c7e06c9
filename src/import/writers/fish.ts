import type { Entry } from "../entry.ts";
import { checkIdentifier, checkNoNul } from "./unrepresentable.ts";

/**
 * Assignments for fish: `pprotect … | source`, or `eval (pprotect …)`, which joins lines with spaces.
 *
 * @throws PprotectError `unrepresentable` for a name that is not a variable name, and for a NUL byte
 */
export function writeFish(entries: readonly Entry[]): string {
  return entries
    .map(({ name, value }) => {
      checkIdentifier("fish", name);
      checkNoNul("fish", name, value);
      return `set -gx ${name} ${quoteForFish(value)};\n`;
    })
    .join("");
}

/** In single quotes, fish knows `\\` and `\'`; controls are escapes outside of them. */
function quoteForFish(value: string): string {
  if (value === "") return "''";
  const parts = value.match(/[\x01-\x1f\x7f]|[^\x01-\x1f\x7f]+/g) ?? [];
  return parts
    .map((part) => (/^[\x01-\x1f\x7f]$/.test(part) ? hex(part) : `'${part.replace(/['\\]/g, "\\$&")}'`))
    .join("");
}

function hex(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
