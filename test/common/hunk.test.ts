import { expect, test } from "bun:test";
import fc from "fast-check";
import { countLines, lineStart, withHunks } from "../../src/common/hunk.ts";
import { hunksBetween } from "../support/hunks.ts";

const text = fc
  .array(fc.constantFrom("a", "b", "", "é", "\r"), { maxLength: 12 })
  .map((lines) => lines.map((line) => `${line}\n`).join(""));

test("a text with the hunks of a diff is the text that they lead to", () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      const { hunks, added } = hunksBetween(before, after);
      expect(withHunks(Buffer.from(before), hunks, added)?.toString()).toBe(after);
    }),
  );
});

test("hunks for lines that a text does not have, or in another order, give nothing", () => {
  const bytes = Buffer.from("a\nb\n");
  const line = Buffer.from("x\n");
  for (const [hunks, added] of [
    [[{ at: 3, removed: 0, added: 1 }], line],
    [[{ at: 1, removed: 2, added: 1 }], line],
    [[{ at: 1, removed: 1, added: 2 }], line],
    [
      [
        { at: 1, removed: 1, added: 0 },
        { at: 0, removed: 1, added: 0 },
      ],
      line,
    ],
  ] as const)
    expect(withHunks(bytes, hunks, added)).toBeUndefined();
});

test("lines are found by how many are before them", () => {
  const bytes = Buffer.from("a\nbc\n");
  expect([0, 1, 2, 3].map((lines) => lineStart(bytes, lines))).toEqual([0, 2, 5, -1]);
  expect(lineStart(bytes, 1, 2)).toBe(5);
  expect(countLines(bytes)).toBe(2);
  expect(countLines(Buffer.from("a"))).toBe(0);
});
