import type { Entry } from "../entry.ts";
import { checkCalculated } from "./calculated-variables.ts";
import { quoteForAnyShell } from "./shell-words.ts";
import { checkIdentifier, checkNoNul } from "./unrepresentable.ts";

/**
 * Assignments that a shell evaluates: `eval "$(pprotect …)"`, or a file that is sourced. sh, dash, bash, ksh, zsh and
 * fish (from 3.4) read the same values, also when the quotes around `$(…)` are forgotten: then a shell splits the text
 * at blanks and expands file names in it, so that only values that survive this are written as they are. Others come
 * out of printf, which knows every character by its number.
 *
 * @throws PprotectError `unrepresentable` for a name that is not a variable name, a NUL byte, and an expression in a
 *   variable that shells calculate
 */
export function writeShell(entries: readonly Entry[]): string {
  for (const { name, value } of entries) {
    checkIdentifier("shell", name);
    checkNoNul("shell", name, value);
    checkCalculated("shell", name, value);
  }
  const lines = entries.map(({ name, value }) => assignment(name, value));
  // Without quotes around `$(…)` all lines are one: `eval` would take what follows for its own.
  const end = entries.every(({ value }) => isPlain(value)) ? "\n" : ";\n";
  return lines.map((line) => line + end).join("");
}

function assignment(name: string, value: string): string {
  const line = `export ${name}=${quoteForAnyShell(value)}`;
  return isPlain(value)
    ? line
    : `eval "$(printf '${line.replace(/[^A-Za-z0-9_=\u0080-\u{10ffff}]/gu, octal)}')"`;
}

/** Neither split at blanks, but for single spaces, nor a pattern of file names, nor braces that ksh expands. */
function isPlain(value: string): boolean {
  return !/[\x01-\x1f\x7f]| {2}|[*?[\]~]|[+@!]\(|\{.*(?:,|\.\.)/.test(value);
}

/** An escape in printf's format, with three digits: POSIX's printf and fish's take no more. */
function octal(char: string): string {
  return `\\${(char.codePointAt(0) ?? 0).toString(8).padStart(3, "0")}`;
}
