/** A command line of bash, read up to the cursor and beyond. */
export interface BashLine {
  /** The words with their quoting undone; what bash would expand is a NUL, which no name has. */
  readonly words: readonly string[];
  /** The index of the word that ends at the cursor. */
  readonly cursor: number;
  /** Whether that word is where a redirection leads. */
  readonly redirected: boolean;
  /** The quotation that is open at the cursor. */
  readonly quote: Quote;
  /** How much of the word, quoting undone, readline leaves as it stands: up to the last break in it. */
  readonly kept: number;
}

type Quote = "" | "'" | '"';

const UNKNOWN = "\0";

interface Lexed {
  readonly words: readonly { readonly text: string; readonly redirected: boolean }[];
  /** Whether the last word goes on to the end. */
  readonly open: boolean;
  /** Whether the next word is where a redirection leads. */
  readonly redirecting: boolean;
  readonly quote: Quote;
  readonly kept: number;
}

/**
 * Reads a line as bash would, without expanding anything in it.
 *
 * @param breaks bash's COMP_WORDBREAKS: readline replaces what follows the last of them in a word
 */
export function readBashLine(before: string, after: string, breaks: string): BashLine {
  const { words, open, redirecting, quote, kept } = lex(before, breaks);
  const current = (open ? words.at(-1) : undefined) ?? { text: "", redirected: redirecting };
  const complete = (open ? words.slice(0, -1) : words).filter(({ redirected }) => !redirected);
  const following = lex(after, breaks, quote);
  const isTail = /^[^ \t\n]/.test(after) || quote !== "";
  return {
    words: [
      ...complete.map(({ text }) => text),
      current.text,
      ...following.words.slice(isTail ? 1 : 0).map(({ text }) => text),
    ],
    cursor: complete.length,
    redirected: current.redirected,
    quote,
    kept,
  };
}

/**
 * A candidate as the text that bash is to put in the place of the cursor's word, so that it reads back as the
 * candidate and nothing in it is expanded.
 */
export function bashReply(candidate: string, { quote, kept }: Pick<BashLine, "quote" | "kept">): string {
  const rest = candidate.slice(kept);
  if (quote === "") return rest.replaceAll(/[^\w@%+=:,./\-\u0080-\u{10ffff}]/gu, "\\$&");
  const reply = quote === "'" ? inSingleQuotes(rest) : inDoubleQuotes(rest);
  // What begins with the mark takes the place of the opening one too.
  return reply.startsWith(quote) ? quote + reply : reply;
}

function inSingleQuotes(text: string): string {
  return closed(text.replaceAll("'", "'\\''"), "'\\''", "'\\'");
}

function inDoubleQuotes(text: string): string {
  const escaped = text.replaceAll(/["$`\\]/g, "\\$&").replaceAll("!", BANG_IN_DOUBLE_QUOTES);
  return escaped.endsWith(BANG_IN_DOUBLE_QUOTES) ? `${escaped}"` : closed(escaped, '\\"', '"\\"');
}

/** History expansion looks into double quotes, and a backslash before its mark would stay. */
const BANG_IN_DOUBLE_QUOTES = `"'!'"`;

/** Readline closes the quotation behind a reply, unless that ends like it: then the reply has to do so itself. */
function closed(reply: string, end: string, closedEnd: string): string {
  return reply.endsWith(end) ? reply.slice(0, -end.length) + closedEnd : reply;
}

function lex(line: string, breaks: string, within: Quote = ""): Lexed {
  const words: { text: string; redirected: boolean }[] = [];
  let text: string | undefined = within === "" ? undefined : "";
  let quote = within;
  let kept = 0;
  let redirected = false;
  const end = (): void => {
    if (text === undefined) return;
    words.push({ text, redirected });
    text = undefined;
    redirected = false;
    kept = 0;
  };
  let beforeQuote = 0;
  for (let at = 0; at < line.length; at++) {
    const char = line.charAt(at);
    if (quote !== "") {
      if (char === quote) quote = "";
      else if (quote === "'") text += char;
      else if (char === "\\" && /["$`\\]/.test(line.charAt(at + 1))) text += line.charAt(++at);
      else text += /[$`]/.test(char) ? UNKNOWN : char;
    } else if (/[ \t\n|;&()]/.test(char)) end();
    else if (/[<>]/.test(char)) {
      // What stands right before it is the number of a descriptor, no word.
      if (!/^\d+$/.test(text ?? "")) end();
      text = undefined;
      kept = 0;
      while (/[<>&|]/.test(line.charAt(at + 1))) at++;
      redirected = true;
    } else {
      text ??= "";
      if (char === "\\") text += line.charAt(++at);
      else if (char === "'" || char === '"') {
        quote = char;
        beforeQuote = text.length;
      } else {
        text += /[$`]/.test(char) ? UNKNOWN : char;
        // At `@` it begins a host's name, and takes the mark with it.
        if (breaks.includes(char)) kept = text.length - (char === "@" ? 1 : 0);
      }
    }
  }
  const open = text !== undefined;
  const redirecting = !open && redirected;
  if (text !== undefined) words.push({ text, redirected });
  return { words, open, redirecting, quote, kept: quote === "" ? kept : beforeQuote };
}
