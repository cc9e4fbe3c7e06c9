/**
 * Compares two sequences, of which the first has wildcards for any number of elements: when a comparison fails, only the last
 * wildcard takes one more, so that the time grows with the product of the lengths.
 */
export function matchesSequence<Part, Element>(
  pattern: readonly Part[],
  elements: readonly Element[],
  isWildcard: (part: Part) => boolean,
  matches: (part: Part, element: Element) => boolean,
): boolean {
  let at = 0;
  let wildcard = -1;
  let retry = 0;
  for (let element = 0; element < elements.length; ) {
    const [part, value] = [pattern[at], elements[element]];
    if (part !== undefined && isWildcard(part)) {
      wildcard = at++;
      retry = element;
    } else if (part !== undefined && value !== undefined && matches(part, value)) {
      at++;
      element++;
    } else if (wildcard >= 0) {
      at = wildcard + 1;
      element = ++retry;
    } else return false;
  }
  return pattern.slice(at).every(isWildcard);
}
