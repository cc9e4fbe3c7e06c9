import type { Entry } from "../entry.ts";
import { doubleQuoted } from "./double-quoted.ts";

/** A table of basic strings (TOML 1.0). */
export function writeToml(entries: readonly Entry[]): string {
  return entries.map(({ name, value }) => `${tomlKey(name)} = ${doubleQuoted(value)}\n`).join("");
}

function tomlKey(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : doubleQuoted(name);
}
