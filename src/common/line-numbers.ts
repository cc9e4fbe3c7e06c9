/**
 * Finds lines by offset.
 *
 * @param text lines end with LF
 * @returns the line, from 1, that an offset in UTF-16 units is on
 */
export function lineNumbers(text: string): (offset: number) => number {
  const lineEnds: number[] = [];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineEnds.push(at);
  return (offset) => {
    let [low, high] = [0, lineEnds.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((lineEnds[middle] ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low + 1;
  };
}
