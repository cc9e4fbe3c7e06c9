import { expect, test } from "bun:test";
import fc from "fast-check";
import { KeywordIndex } from "../../src/scan/keyword-index.ts";
import { ScanText, wholeFile } from "../../src/scan/scan-text.ts";
import { NAME_KEYWORDS, secretNamesIn } from "../../src/scan/secret-name.ts";

const index = new KeywordIndex([NAME_KEYWORDS], 0);

const parts = fc.array(
  fc.oneof(fc.constantFrom(...NAME_KEYWORDS), fc.constantFrom(..."_-.= \"'aZ9", "db", "User", "API", "of")),
  { maxLength: 20 },
);

test("finds the same names at places that are known", () => {
  fc.assert(
    fc.property(parts, (some) => {
      const line = some.join("");
      const { places } = index.find(new ScanText(wholeFile(Buffer.from(line))));
      expect(secretNamesIn(line, places)).toEqual(secretNamesIn(line));
    }),
    { numRuns: 500 },
  );
});

test.each([
  ["const dbPassword = load();", ["dbPassword"]],
  ["user.password.equals(input)", ["user.password"]],
  ["the public key of a token", ["token"]],
  ["recovery_phrase: none, keyboard: de", ["recovery_phrase"]],
  ["checksum/secret: 1", []],
])("%s", (line, names) => {
  expect(secretNamesIn(line).map(({ name }) => name)).toEqual(names);
});
