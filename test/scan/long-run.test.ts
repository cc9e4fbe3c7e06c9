import { expect, test } from "bun:test";
import fc from "fast-check";
import { hasDigits, hasLongValue, hasLongWord } from "../../src/scan/long-run.ts";

const part = fc.oneof(
  fc.constantFrom("a".repeat(23), "a".repeat(24), "Z_0-9".repeat(5), "/", ".", "+", " ", "é", "x"),
  fc.string({ unit: "binary-ascii", maxLength: 30 }),
);
const texts = fc.array(part, { maxLength: 12 }).map((parts) => Buffer.from(parts.join("")));

test("finds the words of 24 letters, digits, `_` and `-`", () => {
  fc.assert(
    fc.property(texts, fc.nat(60), fc.nat(60), (bytes, before, after) => {
      const end = Math.max(0, bytes.length - after);
      const start = Math.min(before, end);
      const text = bytes.toString("latin1", start, end);
      expect(hasLongWord(bytes, start, end)).toBe(/[A-Za-z0-9_-]{24}/.test(text));
    }),
    { numRuns: 500 },
  );
});

test("finds values of 24 characters of base64 after a quote, `=` or a blank", () => {
  const parts = fc.array(fc.oneof(part, fc.constantFrom('"', "'", "`", "=", "a/+_-".repeat(5))), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(parts, fc.nat(60), fc.nat(60), (some, before, after) => {
      const bytes = Buffer.from(some.join(""));
      const end = Math.max(0, bytes.length - after);
      const start = Math.min(before, end);
      const text = bytes.toString("latin1", start, end);
      expect(hasLongValue(bytes, start, end)).toBe(/["'`= ][A-Za-z0-9+/_-]{24}/.test(text));
    }),
    { numRuns: 500 },
  );
});

test("finds two digits before the end of a run", () => {
  const found = ["a1/b2", "a1 b2", "12", "1", ""].map((text) => hasDigits(Buffer.from(text), 0));
  expect(found).toEqual([true, false, true, false, false]);
});
