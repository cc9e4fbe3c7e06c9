/** Two equal items, by their places in two lists. */
export type Pair = readonly [a: number, b: number];

/**
 * Pairs equal items of two lists so that no two pairs cross, in O(n log n): the k-th of each item with the k-th of the
 * other list, the longest chain of those, then what is equal right before and after each pair (as a patience diff).
 * Every item is in at most one pair; a few equal items may stay unpaired where a text repeats.
 */
export function alignLists(a: readonly string[], b: readonly string[]): Pair[] {
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  const pairs = Array.from({ length: start }, (_, at): Pair => [at, at]);
  let [fromA, fromB] = [start, start];
  const anchors = longestChain(pairsByOccurrence(a, b, start));
  for (const [toA, toB] of [...anchors, [a.length, b.length] as const]) {
    for (const pair of equalEnds(a, b, [fromA, fromB], [toA, toB])) pairs.push(pair);
    if (toA < a.length && toB < b.length) pairs.push([toA, toB]);
    [fromA, fromB] = [toA + 1, toB + 1];
  }
  return pairs;
}

function pairsByOccurrence(a: readonly string[], b: readonly string[], start: number): Pair[] {
  const places = new Map<string, number[]>();
  for (let index = start; index < b.length; index++) {
    const item = b[index] ?? "";
    const list = places.get(item);
    if (list) list.push(index);
    else places.set(item, [index]);
  }
  const used = new Map<string, number>();
  const pairs: Pair[] = [];
  for (let index = start; index < a.length; index++) {
    const item = a[index] ?? "";
    const occurrence = used.get(item) ?? 0;
    used.set(item, occurrence + 1);
    const place = places.get(item)?.[occurrence];
    if (place !== undefined) pairs.push([index, place]);
  }
  return pairs;
}

/** The longest subsequence whose places in the second list rise (patience sorting). */
function longestChain(pairs: readonly Pair[]): Pair[] {
  const ends: number[] = [];
  const previous: number[] = [];
  for (const [index, [, place]] of pairs.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((pairs[ends[middle] ?? 0]?.[1] ?? 0) < place) low = middle + 1;
      else high = middle;
    }
    previous[index] = low === 0 ? -1 : (ends[low - 1] ?? -1);
    ends[low] = index;
  }
  const chain: Pair[] = [];
  for (let at = ends.at(-1) ?? -1; at !== -1; at = previous[at] ?? -1) {
    const pair = pairs[at];
    if (pair) chain.push(pair);
  }
  return chain.reverse();
}

/** Pairs of what two pieces begin and end with alike. */
function equalEnds(
  a: readonly string[],
  b: readonly string[],
  [fromA, fromB]: Pair,
  [toA, toB]: Pair,
): Pair[] {
  const length = Math.min(toA - fromA, toB - fromB);
  let start = 0;
  while (start < length && a[fromA + start] === b[fromB + start]) start++;
  let end = 0;
  while (end < length - start && a[toA - 1 - end] === b[toB - 1 - end]) end++;
  return [
    ...Array.from({ length: start }, (_, at): Pair => [fromA + at, fromB + at]),
    ...Array.from({ length: end }, (_, at): Pair => [toA - end + at, toB - end + at]),
  ];
}
