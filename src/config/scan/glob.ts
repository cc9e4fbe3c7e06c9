import { matchesSequence } from "../../common/match-sequence.ts";

/**
 * Compiles which files a rule is about. The pattern is of a stranger: matching takes time in proportion to the lengths of
 * both. `*` is anything but a slash, `?` one character but a slash, `**` any directories. A pattern without a slash is
 * compared with the file's name, one that ends with a slash is about everything in that directory.
 *
 * @param pattern without brackets, braces and backslashes
 * @returns whether a path matches: relative to the root of the repository, with slashes
 */
export function compileGlob(pattern: string): (path: string) => boolean {
  const whole = pattern.endsWith("/") ? `${pattern}**` : pattern;
  const parts = (whole.includes("/") ? whole : `**/${whole}`).split("/");
  return (path) => matchesParts(parts, path.split("/"));
}

/** Whether names match parts, of which `**` is any number of names. */
function matchesParts(parts: readonly string[], names: readonly string[]): boolean {
  return matchesSequence(parts, names, (part) => part === "**", matchesName);
}

function matchesName(part: string, name: string): boolean {
  return matchesSequence(
    [...part.replace(/\*+/g, "*")],
    [...name],
    (sign) => sign === "*",
    (sign, char) => sign === "?" || sign === char,
  );
}
