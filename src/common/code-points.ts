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

/** A map in the order of {@link compareCodePoints} of its keys: itself where it is in order, as a file's are. */
export function sortedByKey<V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  return isSorted(map.keys()) ? map : new Map([...map].sort(([a], [b]) => compareCodePoints(a, b)));
}

function isSorted(keys: Iterable<string>): boolean {
  let previous: string | undefined;
  for (const key of keys) {
    if (previous !== undefined && compareCodePoints(previous, key) > 0) return false;
    previous = key;
  }
  return true;
}

/** How many code points a string has. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
