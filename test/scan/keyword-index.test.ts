import { expect, test } from "bun:test";
import fc from "fast-check";
import { assignmentDetector } from "../../src/scan/assignments/detector.ts";
import { KeywordIndex } from "../../src/scan/keyword-index.ts";
import { LONG_RUN, LONG_WORD } from "../../src/scan/long-run.ts";
import { regexDetectors } from "../../src/scan/regex-rules.ts";
import { ScanText, wholeFile } from "../../src/scan/scan-text.ts";

/** The keywords of every rule, and some that look like each other. */
const GROUPS = [
  ...[...regexDetectors, assignmentDetector].map(({ keywords }) => keywords),
  ["abc", "bcd", "abcd", "   ", "===", "é12"],
  ["abc", LONG_RUN],
];
const index = new KeywordIndex(GROUPS);
const words = GROUPS.flat().filter((word) => word !== LONG_RUN && word !== LONG_WORD);

const piece = fc.oneof(
  fc.constantFrom(...words),
  fc.constantFrom(...words).map((word) => word.toUpperCase()),
  fc.constantFrom("\n", "\r\n", "\n\n", " ", "é", "x", "abcbcd", "key", '"', "0"),
  fc.string({ maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(""));

/** In ASCII, as the index does it. */
function lowered(line: string): string {
  return line.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

test("finds, for each group, the lines that contain one of its keywords", () => {
  fc.assert(
    fc.property(text, (content) => {
      const lines = content.split("\n").map(lowered);
      const expected = GROUPS.map((group) =>
        lines.flatMap((line, at) => (group.some((word) => line.includes(word)) ? [at] : [])),
      );
      const { byGroup } = index.find(new ScanText(wholeFile(Buffer.from(content))));
      const found = GROUPS.map((_, group) => byGroup.find((each) => each.group === group)?.lines ?? []);
      expect(found).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test("finds lines with a long run that has two digits", () => {
  const runs = ["a1b2".repeat(6), "a".repeat(40), `x${"1".repeat(24)}`, "a1b2".repeat(5)];
  const { longRuns } = index.find(new ScanText(wholeFile(Buffer.from(runs.join("\n")))));
  expect(longRuns).toEqual([0, 2]);
});

test("finds where the keywords of one group start, in order", () => {
  const group = GROUPS.length - 3;
  const placed = new KeywordIndex(GROUPS, group);
  const keywords = GROUPS[group] ?? [];
  fc.assert(
    fc.property(text, (content) => {
      const bytes = Buffer.from(content);
      const whole = lowered(bytes.toString("latin1"));
      const expected = keywords.flatMap((word) => startsOf(whole, Buffer.from(word).toString("latin1")));
      const { places } = placed.find(new ScanText(wholeFile(bytes)));
      expect(places).toEqual(expected.sort((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
});

function startsOf(whole: string, word: string): number[] {
  const starts: number[] = [];
  for (let at = whole.indexOf(word); at !== -1; at = whole.indexOf(word, at + 1)) starts.push(at);
  return starts;
}
