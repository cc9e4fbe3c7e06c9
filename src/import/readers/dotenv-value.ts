/** A value of a dotenv file. */
export interface Value {
  readonly text: string;
  /** Whether programs that read dotenv files differ in what it is. */
  readonly ambiguous: boolean;
  /** The offset after its line. */
  readonly end: number;
}

const AFTER_QUOTES = /[ \t]*(?:#.*)?(?:\n|$)/y;

/**
 * A value in quotes, which may go over several lines.
 *
 * @param start the offset after the equals sign
 * @param open the offset of the quote
 * @returns what is wrong with it, where it cannot be read
 */
export function quotedValue(text: string, start: number, open: number): Value | string {
  const quote = text[open] ?? "";
  const close = quote === '"' ? closingDoubleQuote(text, open + 1) : text.indexOf(quote, open + 1);
  if (close === -1) return "has an opening quote without a closing one";
  AFTER_QUOTES.lastIndex = close + 1;
  if (!AFTER_QUOTES.test(text)) return "has text after the closing quote";
  const inner = text.slice(open + 1, close);
  const end = AFTER_QUOTES.lastIndex;
  // Node does not look behind a tab for a quote.
  const tab = text.slice(start, open).includes("\t");
  if (quote === '"') return { text: unescaped(inner), ambiguous: tab || /\\[^n]/.test(inner), end };
  // python-dotenv unescapes quotes and backslashes in single quotes, and knows no back quotes.
  return { text: inner, ambiguous: tab || quote === "`" || /\\['\\]|\\$/.test(inner), end };
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
function unescaped(inner: string): string {
  return inner.replace(/\\(.)/gs, (whole, char: string) => ESCAPES[char] ?? whole);
}

const TO_LINE_END = /[^\n]*/y;

/** A value without quotes: to the end of the line, or to a `#` behind a blank, without the blanks around it. */
export function unquotedValue(text: string, start: number): Value {
  TO_LINE_END.lastIndex = start;
  const raw = TO_LINE_END.exec(text)?.[0] ?? "";
  const comment = /(?:^|[ \t])#/.exec(raw)?.index ?? raw.length;
  const value = raw
    .slice(0, comment)
    .replace(/^[ \t]+/, "")
    .trimEnd();
  return { text: value, ambiguous: isAmbiguous(raw, value), end: start + raw.length + 1 };
}

/**
 * Node and npm's dotenv cut a value at any number sign, docker compose and python-dotenv behind a blank only, of which
 * python-dotenv needs one after a value; Node takes no blank but the space for one.
 */
function isAmbiguous(raw: string, value: string): boolean {
  if (value.includes("#") || (value === "" && raw.includes("#"))) return true;
  const start = raw.indexOf(value);
  const after = /^\s*/.exec(raw.slice(start + value.length))?.[0] ?? "";
  return /[^ ]/.test(raw.slice(0, start) + after) || /^\s/.test(value);
}
