/**
 * Orders strings by code point, as FORMAT.md sorts names. JavaScript's own `<` compares UTF-16 units, which
 * puts U+10000 and above before U+E000.
 */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return (a.codePointAt(i) ?? 0) - (b.codePointAt(i) ?? 0);
  }
  return a.length - b.length;
}

/** The entries of a map in the order of {@link compareCodePoints} of their keys. */
export function sortedEntries<V>(map: ReadonlyMap<string, V>): [string, V][] {
  return [...map].sort(([a], [b]) => compareCodePoints(a, b));
}

/** How many code points a string has. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
