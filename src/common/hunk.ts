/** Lines of a text that others replace, as a diff without context has them. */
export interface Hunk {
  /** How many lines are before them. */
  readonly at: number;
  readonly removed: number;
  readonly added: number;
}

const LINE_FEED = 10;

/**
 * Where a line starts.
 *
 * @param lines how many lines are before it, from `start` on
 * @param start where a line starts
 * @returns the length of the text for the line after the last one, and -1 for one after that
 */
export function lineStart(bytes: Buffer, lines: number, start = 0): number {
  let at = start;
  for (let left = lines; left > 0; left--) {
    const feed = bytes.indexOf(LINE_FEED, at);
    if (feed === -1) return -1;
    at = feed + 1;
  }
  return at;
}

/** How many lines end in a text. */
export function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(LINE_FEED); at !== -1; at = bytes.indexOf(LINE_FEED, at + 1)) count++;
  return count;
}

/**
 * A text with other lines.
 *
 * @param hunks in the order of the text
 * @param added the lines that all hunks add, one after the other
 * @returns `undefined` when the text or what is added does not have as many lines
 */
export function withHunks(bytes: Buffer, hunks: readonly Hunk[], added: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let line = 0;
  let from = 0;
  let taken = 0;
  for (const hunk of hunks) {
    const start = lineStart(bytes, hunk.at - line, from);
    const end = start === -1 ? -1 : lineStart(bytes, hunk.removed, start);
    const takenEnd = lineStart(added, hunk.added, taken);
    if (hunk.at < line || end === -1 || takenEnd === -1) return undefined;
    parts.push(bytes.subarray(from, start), added.subarray(taken, takenEnd));
    line = hunk.at + hunk.removed;
    from = end;
    taken = takenEnd;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}
