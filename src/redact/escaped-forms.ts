/**
 * The forms that a text takes when a program writes it character by character: URL, JSON, HTML, unicode escapes
 * and shell quoting. Where writers of a form differ in what they escape, each usual choice is a form of its own.
 */
export function escapedForms(text: string): Set<string> {
  const forms = new Set([text, ...escapedWhole(text)]);
  if (/^[A-Za-z0-9]*$/.test(text)) return forms;
  for (const family of [lineEnds, urlForms, jsonForms, htmlForms, unicodeForms, literalForms, shellForms]) {
    for (const form of family(text)) forms.add(form);
  }
  return forms;
}

type Hex = (code: number) => string;
const lowerHex: Hex = (code) => code.toString(16);
const upperHex: Hex = (code) => code.toString(16).toUpperCase();
const CASES: readonly Hex[] = [lowerHex, upperHex];

/** Every byte, or UTF-16 code unit, or character, as a number. */
function escapedWhole(text: string): string[] {
  const bytes = Buffer.from(text).toString("hex");
  const units = Buffer.from(text, "utf16le").swap16().toString("hex");
  const numbered = (form: (code: number) => string) =>
    Array.from(text, (char) => form(char.codePointAt(0) ?? 0)).join("");
  return [
    ...[bytes, bytes.toUpperCase()].flatMap((hex) => [
      hex.replace(/../g, "%$&"),
      hex.replace(/../g, "\\x$&"),
    ]),
    ...[units, units.toUpperCase()].map((hex) => hex.replace(/..../g, "\\u$&")),
    numbered((code) => `&#${code};`),
    ...CASES.map((hex) => numbered((code) => `&#x${hex(code)};`)),
  ];
}

/** As terminals and Windows end lines. */
function lineEnds(text: string): string[] {
  return [text.replace(/\r?\n/g, "\r\n")];
}

/**
 * What is escaped in a URL: by RFC 3986; by encodeURIComponent; by Python's quote; by encodeURI; in a form
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

function urlForms(text: string): string[] {
  const upper = distinct(URL_ESCAPED.map((escaped) => text.replace(escaped, percentEncoded)));
  const lower = distinct(URL_ESCAPED.map((escaped) => text.replace(escaped, percentEncodedLower)));
  const forms = [...upper, ...lower];
  return text.includes(" ") ? [...forms, ...forms.map((form) => form.replaceAll("%20", "+"))] : forms;
}

function percentEncoded(char: string): string {
  const code = char.charCodeAt(0);
  if (code < 0x80) return `%${upperHex(code).padStart(2, "0")}`;
  return Buffer.from(char).toString("hex").toUpperCase().replace(/../g, "%$&");
}

const percentEncodedLower = (char: string): string => percentEncoded(char).toLowerCase();

/** Writers differ less often than not: what follows is done once for each form. */
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

/**
 * What a JSON writer escapes: what it must; all that is not ASCII (Python, PHP); what HTML knows (Go); that and
 * more (Gson).
 */
const JSON_ESCAPED = [
  /[\0-\x1f"\\]/gu,
  /[\0-\x1f"\\\x7f-\u{10ffff}]/gu,
  /[\0-\x1f"\\<>&\u2028\u2029]/gu,
  /[\0-\x1f"\\<>&='\u2028\u2029]/gu,
];
/** .NET's, which writes all that might be as `\uXXXX`, `"` too. */
const JSON_ESCAPED_DOTNET = /[\0-\x1f"'&+<>`\\\x7f-\u{10ffff}]/gu;

function jsonForms(text: string): string[] {
  if (!/[^\w !#-%(-*,\-.:;?@[\]^{|}~]/.test(text)) return [];
  const forms = distinct(
    JSON_ESCAPED.flatMap((escaped) =>
      CASES.map((hex) => text.replace(escaped, (char) => JSON_SHORT[char] ?? unicodeEscape(char, hex))),
    ),
  );
  const dotnet = text.replace(JSON_ESCAPED_DOTNET, (char) =>
    char === '"' ? "\\u0022" : (JSON_SHORT[char] ?? unicodeEscape(char, upperHex)),
  );
  const slashes = forms.map((form) => form.replaceAll("/", "\\/"));
  // JSON in a string of JSON, as in many a log.
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
  if (!/[&<>"'\x7f-\uffff]/.test(text)) return [];
  const named = (escaped: RegExp) => text.replace(escaped, (char) => HTML_NAMES[char] ?? char);
  const numbered = (escaped: RegExp, hex?: Hex) =>
    text.replace(escaped, (char) => {
      const code = char.codePointAt(0) ?? 0;
      return hex === undefined ? `&#${code};` : `&#x${hex(code)};`;
    });
  return [
    ...HTML_APOSTROPHES.map((apostrophe) => named(/[&<>"]/g).replaceAll("'", apostrophe)),
    // As text between tags; and as Go writes the quotation marks.
    named(/[&<>]/g),
    named(/[&<>]/g).replace(/["']/g, (char) => `&#${char.charCodeAt(0)};`),
    ...HTML_ESCAPED.flatMap((escaped) => [numbered(escaped), ...CASES.map((hex) => numbered(escaped, hex))]),
  ];
}

/** All but letters and digits escaped, as for a script in a page. */
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

/** As Python prints a text (`ascii`) and its bytes (`repr`), with `'` as it is and escaped; as JavaScript's `escape` does. */
function literalForms(text: string): string[] {
  const literal = (escaped: (char: string) => string) =>
    text.replace(LITERAL_ESCAPED, (char) => LITERAL_SHORT[char] ?? escaped(char));
  const forms = [literal(pythonEscape), literal(byteEscapes)];
  return [...forms, ...forms.map((form) => form.replaceAll("'", "\\'")), escape(text)];
}

function pythonEscape(char: string): string {
  const code = char.codePointAt(0) ?? 0;
  if (code <= 0xff) return `\\x${lowerHex(code).padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${lowerHex(code).padStart(4, "0")}` : `\\U${lowerHex(code).padStart(8, "0")}`;
}

function byteEscapes(char: string): string {
  return Buffer.from(char).toString("hex").replace(/../g, "\\x$&");
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

/** In single quotes, in double quotes, with backslashes (bash's %q, Ruby's Shellwords, all but words), and in `$'…'`. */
function shellForms(text: string): string[] {
  const octal = (char: string) =>
    ANSI_C[char] ?? [...Buffer.from(char)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
  return [
    text.replaceAll("'", "'\\''"),
    text.replaceAll("'", `'"'"'`),
    text.replace(/[\\"$`]/g, "\\$&"),
    text.replace(/[\\"$`!]/g, "\\$&"),
    text.replace(/[\t !"$&'()*,;<>?[\\\]^`{|}]|^[#~]/g, "\\$&"),
    text.replace(/[^A-Za-z0-9_\-.,:+/@\n]/gu, "\\$&"),
    text.replace(/[^A-Za-z0-9_]/gu, "\\$&"),
    text.replace(/[\0-\x1f\\'\x7f]/gu, octal),
    text.replace(/[\0-\x1f\\'\x7f-\u{10ffff}]/gu, octal),
  ];
}
