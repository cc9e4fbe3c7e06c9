/** A value of a dotenv file. */
export interface Value {
  readonly text: string;
  /** Whether programs that read dotenv files differ in what it is. */
  readonly ambiguous: boolean;
  /** The offset behind its line. */
  readonly end: number;
}

const AFTER_QUOTES = /[ \t]*(?:#.*)?(?:\n|$)/y;

/**
 * A value in quotes, which may go over several lines.
 *
 * @param start the offset of the quote
 * @returns what is wrong with it, where it cannot be read
 */
export function quotedValue(text: string, start: number): Value | string {
  const quote = text[start] ?? "";
  const close = quote === '"' ? closingDoubleQuote(text, start + 1) : text.indexOf(quote, start + 1);
  if (close === -1) return "has an opening quote without a closing one";
  AFTER_QUOTES.lastIndex = close + 1;
  if (!AFTER_QUOTES.test(text)) return "has text after the closing quote";
  const inner = text.slice(start + 1, close);
  const end = AFTER_QUOTES.lastIndex;
  if (quote === '"') return { ...unescaped(inner), end };
  // python-dotenv unescapes quotes and backslashes in single quotes, and knows no back quotes.
  return { text: inner, ambiguous: quote === "`" || /\\['\\]|\\$/.test(inner), end };
}

function closingDoubleQuote(text: string, start: number): number {
  const close = /(?:[^"\\]|\\.)*"/sy;
  close.lastIndex = start;
  return close.test(text) ? close.lastIndex - 1 : -1;
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  r: "\r",
  t: "\t",
  '"': '"',
  "\\": "\\",
  $: "$",
};

/** As docker compose does it. Only `\n` is one to all: Node knows no other escape. */
function unescaped(inner: string): Omit<Value, "end"> {
  const text = inner.replace(/\\(.)/gs, (whole, char: string) => ESCAPES[char] ?? whole);
  return { text, ambiguous: /\\[^n]/.test(inner) };
}

const TO_LINE_END = /[^\n]*/y;

/** A value without quotes: to the end of the line, or to a `#` behind a blank, without the blanks around it. */
export function unquotedValue(text: string, start: number): Value {
  TO_LINE_END.lastIndex = start;
  const raw = TO_LINE_END.exec(text)?.[0] ?? "";
  const comment = /(?:^|[ \t])#/.exec(raw)?.index ?? raw.length;
  const value = raw.slice(0, comment).trim();
  // Node and npm's dotenv cut a value at any number sign, docker compose and python-dotenv behind a blank only.
  return { text: value, ambiguous: value.includes("#"), end: start + raw.length + 1 };
}
