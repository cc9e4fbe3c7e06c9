import { expect, test } from "bun:test";
import fc from "fast-check";
import { wordsOf } from "../../src/scan/name-words.ts";

const names = fc
  .array(fc.constantFrom(..."abzABZ09_-. $:", "é", "Ü", "İ", "ß"), { maxLength: 14 })
  .map((parts) => parts.join(""));

test("separates words at signs and at capitals", () => {
  fc.assert(
    fc.property(names, (name) => {
      const words = name
        .replace(/([a-z0-9])([A-Z])/g, "$1 $2")
        .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
        .toLowerCase()
        .match(/[a-z0-9\u00df-\u017f]+/g);
      expect(wordsOf(name)).toEqual(words ?? []);
    }),
    { numRuns: 1000 },
  );
});

test.each([
  ["DB_PASSWORD_PROD", "db password prod"],
  ["myHTTPAuthToken2", "my http auth token2"],
  ["clé-API", "cl\u00e9 api"],
  ["__x__", "x"],
  ["", ""],
])("%s", (name, words) => {
  expect(wordsOf(name).join(" ")).toBe(words);
});
