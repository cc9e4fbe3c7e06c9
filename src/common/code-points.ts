import { isPrintableAscii } from "./terminal-safe.ts";

/**
 * Compares strings by code point, the order of names in FORMAT.md. JavaScript's own `<` compares UTF-16 code units,
 * which puts U+10000 and above before U+E000.
 *
 * @returns a negative number, 0 or a positive number, for `Array.prototype.sort`
 */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a.charCodeAt(i) !== b.charCodeAt(i)) return (a.codePointAt(i) ?? 0) - (b.codePointAt(i) ?? 0);
  }
  return a.length - b.length;
}

/** A map sorted by key, with {@link compareCodePoints}. Returns the map itself if it is sorted already, as in most files. */
export function sortedByKey<V>(map: ReadonlyMap<string, V>): ReadonlyMap<string, V> {
  return isSorted(map.keys()) ? map : new Map([...map].sort(([a], [b]) => compareCodePoints(a, b)));
}

/** Whether no key is before the one that it follows, by {@link compareCodePoints}. */
export function isSorted(keys: Iterable<string>): boolean {
  let previous: string | undefined;
  for (const key of keys) {
    if (previous !== undefined && isBefore(key, previous)) return false;
    previous = key;
  }
  return true;
}

/** Whether a key is before another. For a key in ASCII, which is quick to test, code units give the same answer. */
function isBefore(key: string, other: string): boolean {
  if (key >= other && isPrintableAscii(key)) return false;
  return compareCodePoints(key, other) < 0;
}

/** The number of code points in a string. */
export function codePoints(text: string): number {
  if (isPrintableAscii(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}
