/**
 * The words of a name, in lower case.
 * @param name with `_`, `-`, `.` or capitals between its words
 */
export function wordsOf(name: string): string[] {
  if (!ASCII.test(name)) return splitWords(name);
  // In one pass: nearly all names are ASCII.
  return (name.match(WORD) ?? []).map((word) => word.toLowerCase());
}

const ASCII = /^[\x00-\x7f]*$/;
/** Capitals before a word with a capital, capitals with what follows them, or a word. */
const WORD = /[A-Z]+(?=[A-Z][a-z])|[A-Z]+(?![a-z])[a-z0-9]*|[A-Z]?[a-z0-9]+/g;

function splitWords(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9\u00df-\u017f]+/)
    .filter((word) => word !== "");
}
