import { expect, test } from "bun:test";
import fc from "fast-check";
import { LinePlaces } from "../../src/scan/line-places.ts";
import { ScanText, wholeFile } from "../../src/scan/scan-text.ts";

const line = fc
  .array(fc.constantFrom("x", "é", "🔑", "key", " "), { maxLength: 8 })
  .map((parts) => parts.join(""));

test("finds where the places of each line are in its text, in any order of lines", () => {
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.array(fc.nat(5), { maxLength: 12 }), (lines, order) => {
      const content = lines.join("\n");
      const text = new ScanText(wholeFile(Buffer.from(content)));
      const offsets = [...content.matchAll(/key/g)].map(({ index }) =>
        Buffer.byteLength(content.slice(0, index)),
      );
      const places = new LinePlaces(text, offsets);
      for (const at of order) {
        const expected = [...(lines[at] ?? "").matchAll(/key/g)].map(({ index }) => index);
        expect(places.inLine(at)).toEqual(expected);
      }
    }),
    { numRuns: 500 },
  );
});
