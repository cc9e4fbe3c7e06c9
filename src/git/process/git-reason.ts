/** Lines that git may print before the one that says why it failed. */
const NOT_THE_REASON = /^(?:warning|hint|trace): /;

/**
 * Why git failed: the first line of its standard error that is not a warning, else its first line.
 *
 * @param text git's standard error
 * @returns an empty text when it printed nothing
 */
export function gitReason(text: string): string {
  const lines = text.trim().split("\n");
  return lines.find((line) => !NOT_THE_REASON.test(line)) ?? lines[0] ?? "";
}
