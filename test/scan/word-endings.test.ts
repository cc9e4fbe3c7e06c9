import { expect, test } from "bun:test";
import { WordEndings } from "../../src/scan/word-endings.ts";

const endings = new WordEndings(["id", "key", "apikey", "lösenord"]);

test.each([
  ["userid", true],
  ["id", true],
  ["d", false],
  ["", false],
  ["monkey", true],
  ["myapikey", true],
  ["keys", false],
  ["ey", false],
  ["mittlösenord", true],
  ["losenord", false],
])("%p: %p", (name, ends) => {
  expect(endings.end(name)).toBe(ends);
});
