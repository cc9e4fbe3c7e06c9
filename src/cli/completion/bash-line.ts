import { BashLexer, type Quote } from "./bash-lexer.ts";

/** A command line of bash, read up to the cursor and beyond. */
export interface BashLine {
  /** The words with their quoting undone; what bash would expand is a NUL, which no name has. */
  readonly words: readonly string[];
  /** The index of the word that ends at the cursor. */
  readonly cursor: number;
  /** Whether that word is the target of a redirection. */
  readonly redirected: boolean;
  /** The quotation that is open at the cursor. */
  readonly quote: Quote;
  /** How much of the word, quoting undone, readline leaves unchanged: up to the last break in it. */
  readonly kept: number;
}

/**
 * Reads a line as bash would, without expanding anything in it.
 *
 * @param breaks bash's COMP_WORDBREAKS: readline replaces what follows the last of them in a word
 */
export function readBashLine(before: string, after: string, breaks: string): BashLine {
  const lexer = new BashLexer(breaks).read(before);
  const { open, quote, kept } = lexer;
  const complete = lexer.words.filter(({ redirected }) => !redirected);
  const tail = new BashLexer(breaks, quote).read(after);
  const following = [...tail.words, ...(tail.open ? [tail.open] : [])];
  const goesOn = quote !== "" || /^[^ \t\n]/.test(after);
  const words = [...complete, open ?? { text: "" }, ...following.slice(goesOn ? 1 : 0)];
  return {
    words: words.map(({ text }) => text),
    cursor: complete.length,
    redirected: open?.redirected ?? lexer.redirecting,
    quote,
    kept,
  };
}

/**
 * The text that bash puts in place of the cursor's word for a candidate, so that it reads back as the candidate and
 * nothing in it is expanded.
 */
export function bashReply(candidate: string, { quote, kept }: Pick<BashLine, "quote" | "kept">): string {
  const rest = candidate.slice(kept);
  if (quote === "") return rest.replaceAll(/[^\w@%+=:,./\-\u0080-\u{10ffff}]/gu, "\\$&");
  const reply = quote === "'" ? inSingleQuotes(rest) : inDoubleQuotes(rest);
  // A reply that begins with the quotation mark replaces the opening one too.
  return reply.startsWith(quote) ? quote + reply : reply;
}

function inSingleQuotes(text: string): string {
  return closed(text.replaceAll("'", "'\\''"), "'\\''", "'\\'");
}

function inDoubleQuotes(text: string): string {
  const escaped = text.replaceAll(/["$`\\]/g, "\\$&").replaceAll("!", BANG_IN_DOUBLE_QUOTES);
  return escaped.endsWith(BANG_IN_DOUBLE_QUOTES) ? `${escaped}"` : closed(escaped, '\\"', '"\\"');
}

/** History expansion works in double quotes, where a backslash before `!` would remain. */
const BANG_IN_DOUBLE_QUOTES = `"'!'"`;

/** Readline closes the quotation after a reply, unless the reply ends like it: then the reply must close it itself. */
function closed(reply: string, end: string, closedEnd: string): string {
  return reply.endsWith(end) ? reply.slice(0, -end.length) + closedEnd : reply;
}
