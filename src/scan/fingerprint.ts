import { createHash } from "node:crypto";
import type { Hit } from "./finding.ts";

/** What can end a value: blanks, quotes, brackets, commas. A rule may have found only a part of a secret. */
const VALUE_END = /[\s"'`,;)}\]<>]/;
/** What can be before a value. */
const VALUE_START = /[\s"'`,;(){}[\]<>=:]/;
const QUOTE = /["'`]/g;

/**
 * Runs of characters that may be a secret too, which no rule has found yet: a later release may find it, and then the line
 * must still have the same hash.
 */
const LONG_RUN = /(?=[^\s"'`,;:=(){}[\]<>]{0,200}\d)[^\s"'`,;:=(){}[\]<>]{8,}|[^\s"'`,;:=(){}[\]<>]{24,}/g;

/**
 * A hash of a line with every secret in it cut out, so that it is the same after the line was moved, indented or given
 * another secret, and says nothing about the secret.
 *
 * @param hits what was found in the line; each is cut out with the rest of the value that it is in
 * @returns SHA-256, in hex
 */
export function lineFingerprint(line: string, hits: readonly Pick<Hit, "start" | "end">[]): string {
  let rest = "";
  let at = 0;
  const values = hits.map((hit) => valueAround(line, hit)).sort((a, b) => a.start - b.start);
  for (const { start, end } of values) {
    if (start >= at) rest += `${line.slice(at, start)}\0`;
    at = Math.max(at, end);
  }
  rest += line.slice(at);
  const known = rest.replace(LONG_RUN, "\0").trim().replace(/\s+/g, " ");
  return createHash("sha256").update(known).digest("hex");
}

/** What is before a value without quotes, which may be several words up to the end of the line if it is no token. */
const ASSIGNED = /[:=]\s*$/;

/**
 * The whole value that a hit is in: all that is in the quotes around it, what is left of the line after a colon or an equals sign, or
 * up to blanks and other signs.
 */
function valueAround(line: string, { start, end }: Pick<Hit, "start" | "end">): Pick<Hit, "start" | "end"> {
  const open = openQuote(line.slice(0, start));
  const close = open < 0 ? -1 : line.indexOf(line.charAt(open), end);
  if (close >= 0) return { start: open + 1, end: close };
  let [from, to] = [start, end];
  while (from > 0 && !VALUE_START.test(line.charAt(from - 1))) from--;
  while (to < line.length && !VALUE_END.test(line.charAt(to))) to++;
  const isToken = line.slice(from, to).replace(LONG_RUN, "") === "";
  if (!isToken && ASSIGNED.test(line.slice(Math.max(0, from - 20), from)))
    return { start: from, end: line.length };
  return { start: from, end: to };
}

/** Where a quote starts that is not closed, or -1. */
function openQuote(text: string): number {
  let open = -1;
  for (const { 0: quote, index } of text.matchAll(QUOTE)) {
    if (open < 0) open = index;
    else if (text.charAt(open) === quote) open = -1;
  }
  return open;
}
