import fc from "fast-check";
import { regexRules } from "../../src/scan/rules/index.ts";
import { scanLines } from "../../src/scan/scanner.ts";
import { NAME_KEYWORDS } from "../../src/scan/secret-name.ts";

/** What patterns look for: keywords of rules, names, and what joins them to values. */
const FRAGMENTS = [
  ...new Set(regexRules.flatMap(({ keywords }) => keywords)),
  ...NAME_KEYWORDS,
  ...[
    " ",
    "  ",
    "=",
    ":",
    ": ",
    '"',
    "'",
    "`",
    ",",
    ", ",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "/",
    "\\",
    '\\"',
  ],
  ...[
    "a",
    "A",
    "0",
    "aB3",
    "a.",
    ".a",
    "-",
    "_",
    "@",
    "$",
    "${",
    "%3D",
    "&",
    ";",
    "|",
    "||",
    " or ",
    "#",
    "// ",
  ],
  ...[
    "a:b@",
    "://",
    "http://a:",
    "user:",
    "curl -u ",
    "mysql -u a ",
    "docker login ",
    "identified by '",
    "<key>",
  ],
  ...[
    "-----BEGIN PRIVATE KEY-----",
    "\\n",
    "name: token",
    "value: ",
    'auth=("a", ',
    "eyJhbGciOiJIUzI1NiJ9.eyJ9.",
    "é",
    "\t",
  ],
];

/** Lines that repeat a few fragments: what makes a pattern that backtracks take minutes. */
const hostile = fc.record({
  path: fc.constantFrom("src/a.ts", "deploy/a.conf", "k8s/secret.yaml", ".env", "README.md", "a.sql"),
  parts: fc.array(fc.constantFrom(...FRAGMENTS), { minLength: 1, maxLength: 4 }),
  end: fc.constantFrom(...FRAGMENTS),
});

const LENGTH = 19_000;

/** Scans such lines. @returns what came of it; how long it took is measured outside */
export function scanHostileLines(seed: number): string {
  const [{ path, parts, end } = { path: "a", parts: ["a"], end: "" }] = fc.sample(hostile, {
    seed,
    numRuns: 1,
  });
  const unit = parts.join("");
  const line = unit.repeat(Math.ceil(LENGTH / unit.length)) + end;
  const texts = [line, line, "", line.repeat(10)];
  const findings = scanLines(
    path,
    texts.map((text, index) => ({ number: index + 1, text })),
  );
  return findings.length > 0 ? "found" : "nothing found";
}
