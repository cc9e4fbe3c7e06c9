import type { Entry } from "../entry.ts";

/** One object, in the order given: an object of JavaScript would put names like `1` first, and lose `__proto__`. */
export function writeJson(entries: readonly Entry[]): string {
  if (entries.length === 0) return "{}\n";
  const lines = entries.map(({ name, value }) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`);
  return `{\n${lines.join(",\n")}\n}\n`;
}
