import type { Entry } from "../entry.ts";

/** A table of basic strings (TOML 1.0). */
export function writeToml(entries: readonly Entry[]): string {
  return entries.map(({ name, value }) => `${tomlKey(name)} = ${basicString(value)}\n`).join("");
}

function tomlKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : basicString(name);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function basicString(value: string): string {
  return `"${value.replace(/["\\]|[\p{Cc}\p{Cf}\u2028\u2029]/gu, (char) => ESCAPES[char] ?? escaped(char))}"`;
}

function escaped(char: string): string {
  const point = (char.codePointAt(0) ?? 0).toString(16);
  return point.length > 4 ? `\\U${point.padStart(8, "0")}` : `\\u${point.padStart(4, "0")}`;
}
