/**
 * Single quotes for POSIX shells and fish alike. fish takes `\\` and `\'` in single quotes for escapes, POSIX takes
 * nothing: so both characters are written outside of the quotes, where every shell reads them alike.
 */
export function quoteForAnyShell(value: string): string {
  if (value === "") return "''";
  const parts = value.match(/['\\]|[^'\\]+/g) ?? [];
  return parts.map((part) => (part === "'" || part === "\\" ? `\\${part}` : `'${part}'`)).join("");
}
