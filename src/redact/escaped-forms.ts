/**
 * The forms of a text in escaped output: URL, JSON, HTML, Unicode escapes, shell quoting. Where encoders differ in what
 * they escape, each common variant is a form of its own. The text itself is the first.
 */
export function escapedForms(text: string): Set<string> {
  const forms = new Set([text]);
  for (const [special, family] of FAMILIES) {
    if (!special.test(text)) continue;
    for (const form of family(text)) forms.add(form);
  }
  return forms;
}

type Hex = (code: number) => string;
const lowerHex: Hex = (code) => code.toString(16);
const upperHex: Hex = (code) => code.toString(16).toUpperCase();
const CASES: readonly Hex[] = [lowerHex, upperHex];

/** The least number of bytes for a UTF-16 code unit in each of {@link escapedWhole}. */
export const LEAST_WHOLE: readonly number[] = [3, 4, 2, 2, 2, 3, 4, 2, 2, 2, 6, 6, 4, 4, 4];

/**
 * ASCII text in UTF-16, as PowerShell 5 writes files: what little-endian and big-endian have in common, which is without
 * the zero byte at the end or the beginning. Other text has none.
 */
export function utf16Forms(text: string): string[] {
  return /^[\x01-\x7f]+$/.test(text) ? [[...text].join("\0")] : [];
}

/** What programs write between the hexadecimal digits of two bytes. */
const SEPARATORS = [":", " ", "-"];

/** Forms with every byte, UTF-16 code unit or character escaped. */
export function escapedWhole(text: string): string[] {
  const bytes = Buffer.from(text).toString("hex");
  const units = Buffer.from(text, "utf16le").swap16().toString("hex");
  const numbered = (form: (code: number) => string) =>
    Array.from(text, (char) => form(char.codePointAt(0) ?? 0)).join("");
  return [
    ...[bytes, bytes.toUpperCase()].flatMap((hex) => [
      hex.replace(/../g, "%$&"),
      hex.replace(/../g, "\\x$&"),
      // openssl, hexdump -C and od, .NET's BitConverter.
      ...SEPARATORS.map((separator) => hex.replace(/..(?!$)/g, `$&${separator}`)),
    ]),
    ...[units, units.toUpperCase()].map((hex) => hex.replace(/..../g, "\\u$&")),
    numbered((code) => `&#${code};`),
    ...CASES.map((hex) => numbered((code) => `&#x${hex(code)};`)),
  ];
}

/** With the line ends of terminals and Windows. */
function lineEnds(text: string): string[] {
  return [text.replace(/\r?\n/g, "\r\n")];
}

/**
 * Characters escaped in URLs: by RFC 3986; encodeURIComponent; Python's quote; encodeURI; in form data
 * (application/x-www-form-urlencoded); in the user part of a WHATWG URL.
 */
const URL_ESCAPED = [
  /[^A-Za-z0-9\-._~]/gu,
  /[^A-Za-z0-9\-._~!'()*]/gu,
  /[^A-Za-z0-9\-._~/]/gu,
  /[^A-Za-z0-9\-._~!'()*;/?:@&=+$,#]/gu,
  /[^A-Za-z0-9\-._*]/gu,
  /[^A-Za-z0-9\-._~!$%&'()*+,]/gu,
];

function urlFormsOnce(text: string): string[] {
  const upper = distinct(URL_ESCAPED.map((escaped) => text.replace(escaped, percentEncoded)));
  const lower = distinct(URL_ESCAPED.map((escaped) => text.replace(escaped, percentEncodedLower)));
  const forms = [...upper, ...lower];
  return text.includes(" ") ? [...forms, ...forms.map((form) => form.replaceAll("%20", "+"))] : forms;
}

/** URLs in a query of another URL, as where users are sent to log in. */
function urlForms(text: string): string[] {
  const forms = urlFormsOnce(text);
  return [...forms, ...forms.map((form) => form.replaceAll("%", "%25"))];
}

function percentEncoded(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x80) return `%${upperHex(code).padStart(2, "0")}`;
  return Buffer.from(char).toString("hex").toUpperCase().replace(/../g, "%$&");
}

const percentEncodedLower = (char: string): string => percentEncoded(char).toLowerCase();

/** Removes duplicates: the variants of most texts are equal. */
function distinct(forms: readonly string[]): string[] {
  return [...new Set(forms)];
}

const JSON_SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function unicodeEscape(char: string, hex: Hex): string {
  return char.replace(/[\0-\uffff]/g, (unit) => `\\u${hex(unit.charCodeAt(0)).padStart(4, "0")}`);
}

/** Characters escaped by JSON encoders: the minimum; all non-ASCII (Python, PHP); those special in HTML (Go); more (Gson). */
const JSON_ESCAPED = [
  /[\0-\x1f"\\]/gu,
  /[\0-\x1f"\\\x7f-\u{10ffff}]/gu,
  /[\0-\x1f"\\<>&\u2028\u2029]/gu,
  /[\0-\x1f"\\<>&='\u2028\u2029]/gu,
];
/** .NET's encoder, which writes even `"` as `\uXXXX`. */
const JSON_ESCAPED_DOTNET = /[\0-\x1f"'&+<>`\\\x7f-\u{10ffff}]/gu;

function jsonForms(text: string): string[] {
  const forms = distinct(
    JSON_ESCAPED.flatMap((escaped) =>
      CASES.map((hex) => text.replace(escaped, (char) => JSON_SHORT[char] ?? unicodeEscape(char, hex))),
    ),
  );
  const dotnet = text.replace(JSON_ESCAPED_DOTNET, (char) =>
    char === '"' ? "\\u0022" : (JSON_SHORT[char] ?? unicodeEscape(char, upperHex)),
  );
  const slashes = forms.map((form) => form.replaceAll("/", "\\/"));
  // JSON in a JSON string, as in many logs.
  const nested = forms.map((form) => form.replace(/["\\]/g, "\\$&"));
  return [...forms, dotnet, ...slashes, ...nested];
}

const HTML_NAMES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};
const HTML_APOSTROPHES = ["'", "&#39;", "&#039;", "&#x27;", "&apos;"];
const HTML_ESCAPED = [/[&<>"']/gu, /[&<>"'\x7f-\u{10ffff}]/gu];

function htmlForms(text: string): string[] {
  const named = (escaped: RegExp) => text.replace(escaped, (char) => HTML_NAMES[char] ?? char);
  const numbered = (escaped: RegExp, hex?: Hex) =>
    text.replace(escaped, (char) => {
      const code = char.codePointAt(0) ?? 0;
      return hex === undefined ? `&#${code};` : `&#x${hex(code)};`;
    });
  return [
    ...HTML_APOSTROPHES.map((apostrophe) => named(/[&<>"]/g).replaceAll("'", apostrophe)),
    // Text between tags; then quotation marks as Go escapes them.
    named(/[&<>]/g),
    named(/[&<>]/g).replace(/["']/g, (char) => `&#${char.charCodeAt(0)};`),
    ...HTML_ESCAPED.flatMap((escaped) => [numbered(escaped), ...CASES.map((hex) => numbered(escaped, hex))]),
  ];
}

/** Quoted-printable (RFC 2045, section 6.7), as in e-mail, without its line ends. */
function quotedPrintable(text: string): string[] {
  return [text.replace(/[\0-\x08\x0b\x0c\x0e-\x1f=\x7f-\u{10ffff}]/gu, quotedBytes)];
}

function quotedBytes(char: string): string {
  return Buffer.from(char).toString("hex").toUpperCase().replace(/../g, "=$&");
}

/** With everything but letters and digits escaped, as for scripts in HTML. */
function unicodeForms(text: string): string[] {
  return CASES.map((hex) => text.replace(/[^A-Za-z0-9]/gu, (char) => unicodeEscape(char, hex)));
}

const LITERAL_SHORT: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
const LITERAL_ESCAPED = /[\0-\x1f\\\x7f-\u{10ffff}]/gu;

const LITERAL_CONTROLS = /[\0-\x1f\\\x7f]/gu;

/**
 * Python's `ascii` of the text, `repr` of its bytes and `repr` of the text, with `'` escaped or not; Node's in backticks,
 * for a text with both other quotes, is as the last; JavaScript's `escape`; and C's octal numbers, as `sed -n l`, strace
 * and git's paths have them.
 */
function literalForms(text: string): string[] {
  const literal = (escaped: (char: string) => string, special = LITERAL_ESCAPED) =>
    text.replace(special, (char) => LITERAL_SHORT[char] ?? escaped(char));
  const forms = [literal(pythonEscape), literal(byteEscapes), literal(pythonEscape, LITERAL_CONTROLS)];
  const octal = literal(octalEscapes);
  return [
    ...forms,
    ...forms.map((form) => form.replaceAll("'", "\\'")),
    escape(text),
    octal,
    octal.replaceAll('"', '\\"'),
  ];
}

function pythonEscape(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${lowerHex(code).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${lowerHex(code).padStart(4, "0")}` : `\\U${lowerHex(code).padStart(8, "0")}`;
}

function byteEscapes(char: string): string {
  return Buffer.from(char).toString("hex").replace(/../g, "\\x$&");
}

function octalEscapes(char: string): string {
  return [...Buffer.from(char)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
}

/** A quote written twice within such quotes: `'` in YAML, SQL and PowerShell, `"` in CSV. */
function doubledQuotes(text: string): string[] {
  return [text.replaceAll("'", "''"), text.replaceAll('"', '""')];
}

const ANSI_C: Readonly<Record<string, string>> = {
  "\\": "\\\\",
  "'": "\\'",
  "\x07": "\\a",
  "\b": "\\b",
  "\x1b": "\\E",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** Shell quoting: single quotes, double quotes, backslashes (bash's %q, Ruby's Shellwords, zsh's (q), fish, others), and `$'…'`. */
function shellForms(text: string): string[] {
  const octal = (char: string) => ANSI_C[char] ?? octalEscapes(char);
  return [
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\"$`]/g, "\\$&"),
    text.replace(/[\\"$`!]/g, "\\$&"),
    text.replace(/[\t !"$&'()*,;<>?[\\\]^`{|}]|^[#~]/g, "\\$&"),
    text.replace(/[^A-Za-z0-9_\-.,:+/@\n]/gu, "\\$&"),
    text.replace(/[^A-Za-z0-9_]/gu, "\\$&"),
    text.replace(/[ "#$&'()*;<>?[\\\]^`{|}]|^[=~]/g, "\\$&"),
    text.replace(/[ "#$%&'()*;<>?[\\\]{|}~]/g, "\\$&"),
    text.replace(/[\0-\x1f\\'\x7f]/gu, octal),
    text.replace(/[\0-\x1f\\'\x7f-\u{10ffff}]/gu, octal),
  ];
}

/** Literal text in regular expressions: JavaScript's usual escape; PCRE's, as in fish; Python's `re.escape`. */
function patternForms(text: string): string[] {
  return [
    text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&"),
    text.replace(/[$()*+\-.?[\\\]^{|}]/g, "\\$&"),
    text.replace(/[\t-\r #$&()*+\-.?[\\\]^{|}~]/g, "\\$&"),
  ];
}

/** `$` as make and docker compose have it in their files, `%` as systemd, INI files and printf. */
function doubledSigns(text: string): string[] {
  return [text.replaceAll("$", "$$$$"), text.replaceAll("%", "%%")];
}

/** Kinds of forms, each with the characters that at least one of the forms escapes. */
const FAMILIES: readonly (readonly [RegExp, (text: string) => string[]])[] = [
  [/\n/, lineEnds],
  [/[^A-Za-z0-9\-._]/, urlForms],
  [/[^\w !#-%(-*,\-.:;?@[\]^{|}~]/, jsonForms],
  [/[&<>"'\x7f-\uffff]/, htmlForms],
  [/[\0-\x08\x0b\x0c\x0e-\x1f=\x7f-\uffff]/, quotedPrintable],
  [/[^A-Za-z0-9]/, unicodeForms],
  [/[^A-Za-z0-9@*_+\-./]/, literalForms],
  [/['"]/, doubledQuotes],
  [/[^A-Za-z0-9]/, shellForms],
  [/[\t-\r #$&()*+\-.?[\\\]^{|}~]/, patternForms],
  [/[$%]/, doubledSigns],
];
