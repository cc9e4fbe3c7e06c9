/** What git shall do with a store. */
const ATTRIBUTES = "merge=pprotect diff=pprotect";

/**
 * The line of `.gitattributes` for a store.
 * @param path relative to the repository's root, with slashes
 */
export function attributeLine(path: string): string {
  return `${quoted(literalPattern(path))} ${ATTRIBUTES}`;
}

/** A pattern that matches this very path: what git takes for a wildcard, a comment or a negation is escaped. */
function literalPattern(path: string): string {
  return path.replace(/[*?[\\]/g, "\\$&").replace(/^[#!]/, "\\$&");
}

/** In C's quotes where a space, a quote or a control character would end the pattern; UTF-8 stays as it is. */
function quoted(pattern: string): string {
  if (!/[\s"\x00-\x1f\x7f]/.test(pattern)) return pattern;
  const escaped = pattern
    .replace(/["\\]/g, "\\$&")
    .replace(/[\x00-\x1f\x7f]/g, (char) => `\\${char.charCodeAt(0).toString(8).padStart(3, "0")}`);
  return `"${escaped}"`;
}
