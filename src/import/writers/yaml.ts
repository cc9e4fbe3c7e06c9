import type { Entry } from "../entry.ts";
import { doubleQuoted } from "./double-quoted.ts";

/**
 * A mapping that YAML 1.1 and 1.2 read alike. Values are in double quotes, or, when they are lines of printable text,
 * literal blocks, which are easier to read and to edit.
 */
export function writeYaml(entries: readonly Entry[]): string {
  if (entries.length === 0) return "{}\n";
  return entries.map(({ name, value }) => `${yamlKey(name)}: ${yamlValue(value, "  ")}\n`).join("");
}

/** Words that are not strings to YAML 1.1, which kubectl and PyYAML read; `e3` and `E-0` are numbers to npm's yaml. */
const WORDS = /^(?:y|n|yes|no|on|off|true|false|null|e-?[\d_]+)$/i;

/** A key, in quotes where it would not be a string without. */
export function yamlKey(name: string): string {
  return /^[A-Za-z_][-_A-Za-z0-9]*$/.test(name) && !WORDS.test(name) ? name : doubleQuoted(name);
}

/**
 * A string as the value of a mapping.
 *
 * @param indent what is before each line of a block
 */
export function yamlValue(value: string, indent: string): string {
  return isBlock(value) ? literalBlock(value, indent) : doubleQuoted(value);
}

/** Printable in YAML, and neither a line end nor a mark that only some versions take for one. */
const BLOCK_LINE = /^(?:[^ \t\p{C}\p{Z}][^\p{C}\u0085\u2028\u2029]*)?$/u;

function isBlock(value: string): boolean {
  return (
    value.includes("\n") &&
    !value.startsWith("\n") &&
    value.split("\n").every((line) => BLOCK_LINE.test(line))
  );
}

/** YAML 1.2, section 8.1: `-` strips the final line end, `+` keeps all of them. */
function literalBlock(value: string, indent: string): string {
  const chomping = value.endsWith("\n\n") ? "+" : value.endsWith("\n") ? "" : "-";
  const body = value.endsWith("\n") ? value.slice(0, -1) : value;
  return `|${chomping}\n${body
    .split("\n")
    .map((line) => (line === "" ? "" : indent + line))
    .join("\n")}`;
}
