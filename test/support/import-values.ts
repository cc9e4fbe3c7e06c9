import fc from "fast-check";

/** Pieces of values that a shell, a dotenv reader, YAML or a terminal may take for something else. */
const PIECES = [
  ...["'", '"', "`", "$", "\\", "\n", "\r", "\r\n", "\t", " ", "  ", "#", " #", "!", "!!", "&", "|", ";", "<", ">"],
  ...["*", "?", "[a-z]", "~", "{a,b}", "(", ")", "=", ":", ": ", "- ", "%", "%s", "@", "^", "+(x)", ",", "/", "."],
  ...["$HOME", "${HOME}", "${HOME:-x}", "$(id)", "`id`", "$$", "$1", "$ ", "\\n", "\\t", "\\'", '\\"', "\\\\", "\\$"],
  ...["\x1b[31m", "\x07", "\x7f", "\x01", "\u0085", "\u00a0", "\u2028", "\u200b", "\u202e", "\ufeff", "‘", "’"],
  ...["é", "漢字", "🎲", "\uf600", "\u{10ffff}", "\uffff", "a", "b", "key123", "export ", "encrypted:", "<<EOF", "EOF"],
  ...["true", "null", "yes", "1e3", "0123", "---", "...", "|", ">-", "&a", "*a", "!!str", "'''", '"""', "\0"],
];

/** Any value that a store may hold; most are made of {@link PIECES}. */
export const anyValue: fc.Arbitrary<string> = fc.oneof(
  { weight: 6, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }).map((parts) => parts.join("")) },
  { weight: 2, arbitrary: fc.array(fc.constantFrom(...PIECES), { maxLength: 40 }).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 30 }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 60 }) },
  { weight: 1, arbitrary: fc.string({ unit: "grapheme", maxLength: 20 }) },
);

/** {@link anyValue} without NUL, which no environment variable can hold. */
export const variableValue: fc.Arbitrary<string> = anyValue.map((value) => value.replaceAll("\0", ""));

/** Values that were wrong somewhere once, or are what people have. */
export const KNOWN_VALUES: readonly string[] = [
  ...["", " ", "key123", "it's", 'say "x"', "x\\", "; touch RAN; #", "a  b\nc * d", "P@ss#word!", "a#b", "a #b", "cost$5", "$"],
  ...["-----BEGIN KEY-----\nMIIB\n-----END KEY-----\n", "\n", "\n\n", "x\n\n\n", " lead", "trail ", "\ttab\t", "postgres://u:p@h/d?x=1&y=2"],
  ...['{"a":"b","c":[1,"$x"]}', "a".repeat(5000), "*", "~", "C:\\dir\\new", "\\", "\\\\", "'", "''", '"', "`", "#", "=", "a=b", "${A}", "$(id)"],
  ...["é漢🎲", "\x1b[31m", "\r", "a\rb", "a\r\nb", "-n", "--", "\\n", "a\\nb", "encrypted:abc", "null", "true", "0123", "@a", "%PATH%"],
];
