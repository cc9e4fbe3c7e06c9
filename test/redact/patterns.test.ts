import { expect, test } from "bun:test";
import fc from "fast-check";
import { patternsOf } from "../../src/redact/patterns.ts";
import { firstWindow } from "../../src/redact/window-table.ts";

const secrets = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 4, maxLength: 30 }),
    fc.string({ unit: "grapheme", minLength: 4, maxLength: 20 }),
    fc
      .array(fc.constantFrom(..."aZ09'\"\\$`&<>/%+= é🎲\r\n\t~#!*"), { minLength: 4, maxLength: 40 })
      .map((all) => all.join("")),
    fc.tuple(fc.string({ minLength: 8 }), fc.string({ minLength: 8 })).map((lines) => lines.join("\n")),
  )
  .map((text) => text.trim())
  .filter((text) => [...text].length >= 4);

test("each pattern is found by its first four bytes, and is as long as was reported", () => {
  fc.assert(
    fc.property(secrets, (secret) => {
      for (const { source } of patternsOf(secret)) {
        const shortest = new Map<number, number>();
        source.beginnings((window, length) => {
          shortest.set(window, Math.min(length, shortest.get(window) ?? length));
        });
        for (const { stem } of source.patterns()) {
          const bytes = Buffer.from(stem);
          expect(firstWindow(stem)).toBe(bytes.readInt32BE());
          expect(shortest.get(bytes.readInt32BE())).toBeLessThanOrEqual(bytes.length);
        }
      }
    }),
    { numRuns: 300 },
  );
});
