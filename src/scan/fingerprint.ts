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
  const quotes = new Quotes(line);
  for (const hit of hits.toSorted((a, b) => a.start - b.start)) {
    // In the same value as the one before: looked at once, the time grows with the line alone.
    if (hit.start >= at) {
      const { start, end } = quotes.around(hit, at) ?? valueAround(line, hit, at);
      rest += `${line.slice(at, start)}\0`;
      at = end;
    }
    if (hit.end > at) at = valueEnd(line, hit.end);
  }
  rest += line.slice(at);
  const known = withoutLayout(rest.replace(LONG_RUN, "\0"));
  return new Bun.CryptoHasher("sha256").update(known).digest("hex");
}

/** What is before a value without quotes, which may be several words up to the end of the line if it is no token. */
const ASSIGNED = /[:=]\s*$/;

/**
 * The whole value that a hit without quotes around it is in: what is left of the line after a colon or an equals sign, or up to blanks
 * and other signs.
 * @param least where the value before it ends
 */
function valueAround(line: string, { start, end }: Place, least: number): Place {
  let from = start;
  while (from > least && !VALUE_START.test(line.charAt(from - 1))) from--;
  const to = valueEnd(line, end);
  const isToken = line.slice(from, to).replace(LONG_RUN, "") === "";
  if (!isToken && ASSIGNED.test(line.slice(Math.max(0, from - 20), from)))
    return { start: from, end: line.length };
  return { start: from, end: to };
}

function valueEnd(line: string, from: number): number {
  let to = from;
  while (to < line.length && !VALUE_END.test(line.charAt(to))) to++;
  return to;
}

type Place = Pick<Hit, "start" | "end">;

/** The quotes of a line, from its start on. */
class Quotes {
  readonly #line: string;
  readonly #found: RegExpStringIterator<RegExpExecArray>;
  #next: number | undefined;
  #open = -1;
  /** An open quote that nothing closes, so that it is looked for once. */
  #unclosed = -1;

  constructor(line: string) {
    this.#line = line;
    this.#found = line.matchAll(QUOTE);
    this.#next = this.#found.next().value?.index;
  }

  /**
   * What is in the quotes around a place, if there are some.
   * @param place not before that of the time before
   * @param least where the value before it ends
   */
  around({ start, end }: Place, least: number): Place | undefined {
    const open = this.#openAt(start);
    if (open < least || open === this.#unclosed) return undefined;
    const close = this.#line.indexOf(this.#line.charAt(open), end);
    if (close === -1) this.#unclosed = open;
    return close === -1 ? undefined : { start: open + 1, end: close };
  }

  /** Where the quote is that is open at a place, or -1. */
  #openAt(at: number): number {
    while (this.#next !== undefined && this.#next < at) {
      if (this.#open < 0) this.#open = this.#next;
      else if (this.#line.charAt(this.#open) === this.#line.charAt(this.#next)) this.#open = -1;
      this.#next = this.#found.next().value?.index;
    }
    return this.#open;
  }
}

/** A line without its indentation, and with one space for any white space. */
export function withoutLayout(line: string): string {
  return line.trim().replace(/\s+/g, " ");
}
