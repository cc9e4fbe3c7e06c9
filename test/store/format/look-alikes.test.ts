import { expect, test } from "bun:test";
import { misleadingLooks } from "../../../src/store/format/look-alikes.ts";

test.each([
  ["prоd", ["prod"], '"prоd" looks like "prod", which exists'],
  ["Prod", ["prod"], '"Prod" looks like "prod", which exists'],
  [
    "a1ice@example.com",
    ["alice@example.com"],
    '"a1ice@example.com" looks like "alice@example.com", which exists',
  ],
  ["ｐｒｏｄ", ["prod"], '"ｐｒｏｄ" looks like "prod", which exists'],
  ["prоd", [], '"prоd" mixes Latin and Cyrillic letters'],
  ["prod", ["prod", "dev"], undefined],
  ["прод", ["prod"], undefined],
  ["staging", ["prod"], undefined],
])("%j beside %j: %s", (name, existing, looks) => {
  expect(misleadingLooks(name, existing)).toBe(looks);
});
