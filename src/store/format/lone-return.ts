/**
 * The offset of the first carriage return without a line feed after it, or `undefined`.
 *
 * YAML takes one for a line end (YAML 1.2.2, "Line Break Characters"), and so does the Python program; the parser here does
 * not. What follows one in a comment would be an entry to others, and nothing to us.
 */
export function loneReturnIn(text: string): number | undefined {
  const at = text.search(/\r(?!\n)/);
  return at === -1 ? undefined : at;
}

/** What is wrong then, for a message. */
export const LONE_RETURN =
  "a carriage return without a line feed, which other programs take for the end of a line";
