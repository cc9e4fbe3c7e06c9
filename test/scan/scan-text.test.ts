import { expect, test } from "bun:test";
import fc from "fast-check";
import { ScanText, wholeFile } from "../../src/scan/scan-text.ts";

const LONG = 20_000;
const end = fc.constantFrom("", "\n", "\r\n", "\r", "\n\n");
const content = fc.oneof(
  fc.string({ maxLength: 5 }),
  fc.constantFrom(LONG - 1, LONG, LONG + 1, 3 * LONG).map((length) => "x".repeat(length)),
);
const text = fc.array(fc.tuple(content, end), { maxLength: 8 }).map((parts) => parts.flat().join(""));

test("splits a text into lines without their ends, and long lines into pieces that cover them", () => {
  fc.assert(
    fc.property(text, (whole) => {
      const bytes = Buffer.from(whole);
      const lines = whole.split("\n");
      if (lines.at(-1) === "") lines.pop();
      const scanned = new ScanText(wholeFile(bytes));
      const found = lines.map(() => "");
      for (let at = 0; at < scanned.count; at++) {
        const [start, stop] = [scanned.start(at), scanned.end(at)];
        const piece = bytes.toString("utf8", start, stop);
        expect(scanned.line(at)).toBe(piece);
        const number = scanned.numberOf(at) - 1;
        found[number] += piece.slice(0, scanned.ownLength(at));
      }
      expect(found).toEqual(lines.map((line) => line.replace(/\r$/, "")));
      expect(scanned.end(scanned.count)).toBe(bytes.length);
    }),
  );
});

test("a line has the bytes that its text has, in whatever order lines are asked about", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "b", "@", "ä", "\r"), maxLength: 6 });
  const asked = fc.array(fc.tuple(fc.nat(9), fc.constantFrom("@", "ab", "ba", "c")), { maxLength: 12 });
  fc.assert(
    fc.property(fc.array(line, { maxLength: 10 }), asked, (lines, questions) => {
      const scanned = new ScanText(wholeFile(Buffer.from(lines.join("\n"))));
      const needles = new Map(questions.map(([, needle]) => [needle, Buffer.from(needle)]));
      for (const [at, needle] of questions)
        expect(scanned.lineHas(at, needles.get(needle) ?? Buffer.from(needle))).toBe(
          scanned.line(at).includes(needle),
        );
    }),
  );
});
