const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A string in double quotes, for YAML and TOML alike: everything that is not plainly printable is an escape. */
export function doubleQuoted(value: string): string {
  return `"${value.replace(/["\\]|[\p{C}\u2028\u2029]/gu, (char) => ESCAPES[char] ?? escaped(char))}"`;
}

function escaped(char: string): string {
  const point = (char.codePointAt(0) ?? 0).toString(16);
  return point.length > 4 ? `\\U${point.padStart(8, "0")}` : `\\u${point.padStart(4, "0")}`;
}
