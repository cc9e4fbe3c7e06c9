import { expect, test } from "bun:test";
import fc from "fast-check";
import { ByteBuffer } from "../../../src/git/guard/byte-buffer.ts";
import { type DiffEvent, DiffParser, MAX_ADDED } from "../../../src/git/guard/diff-parser.ts";
import { addedLinesOf } from "../../../src/scan/scan-text.ts";

const ZERO = "0".repeat(40);
const ONE = "1".repeat(40);

/** The events, with the added lines as text. */
function parse(perCommit: boolean, lines: readonly string[]) {
  return readable(eventsOfLines(perCommit, lines));
}

function eventsOfLines(perCommit: boolean, lines: readonly string[]): DiffEvent[] {
  const parser = new DiffParser(perCommit);
  const events: DiffEvent[] = [];
  const bytes = Buffer.from(lines.join("\n"));
  let start = 0;
  for (const line of lines) {
    const end = start + Buffer.byteLength(line);
    parser.push(bytes, start, end, events);
    start = end + 1;
  }
  parser.end(events);
  return events;
}

/** The same, of all lines at once in parts that end anywhere. */
function eventsOfParts(perCommit: boolean, text: Buffer, size: number): DiffEvent[] {
  const parser = new DiffParser(perCommit);
  const events: DiffEvent[] = [];
  let rest = Buffer.alloc(0);
  for (let at = 0; at < text.length; at += size) {
    const part = Buffer.concat([rest, text.subarray(at, at + size)]);
    rest = Buffer.from(part.subarray(parser.pushLines(part, 0, events)));
  }
  parser.end(events);
  return events;
}

function readable(events: readonly DiffEvent[]) {
  return events.map((event) =>
    event.kind === "patch"
      ? { ...event, patch: { ...event.patch, added: addedLinesOf(event.patch.added) } }
      : event,
  );
}

test("content that looks like a header is read as content", () => {
  const events = parse(false, [
    `:100644 100644 ${ZERO} ${ONE} M\ta b`,
    "",
    "diff --git a/a b b/a b",
    `index ${ZERO}..${ONE} 100644`,
    "--- a/a b\t",
    "+++ b/a b\t",
    "@@ -3,1 +7,4 @@ diff --git",
    "--- a/x",
    "+++ b/evil",
    "+diff --git a/x b/x",
    "+@@ -1 +1 @@",
    `+${ONE}\r`,
    "\\ No newline at end of file",
  ]);
  expect(events).toMatchObject([
    { kind: "files", files: [{ path: "a b", status: "M", newId: ONE }] },
    {
      kind: "patch",
      patch: {
        path: "a b",
        cut: false,
        hunks: [{ at: 2, removed: 1, added: 4 }],
        added: [
          { number: 7, text: "++ b/evil" },
          { number: 8, text: "diff --git a/x b/x" },
          { number: 9, text: "@@ -1 +1 @@" },
          { number: 10, text: ONE },
        ],
      },
    },
  ]);
});

test("context lines, as GIT_DIFF_OPTS adds them, are counted and left out", () => {
  const events = parse(false, ["diff --git a/x b/x", "+++ b/x", "@@ -1,2 +1,3 @@", " a", "+b", " c"]);
  expect(events.at(-1)).toEqual({
    kind: "patch",
    patch: {
      path: "x",
      cut: false,
      hunks: [{ at: 0, removed: 2, added: 3 }],
      added: [{ number: 2, text: "b" }],
    },
  });
});

test("a hunk says after how many lines of before it is, also where it removes none", () => {
  const lines = ["diff --git a/x b/x", "+++ b/x", "@@ -0,0 +1 @@", "+a", "@@ -4,0 +6,2 @@", "+b", "+c"];
  const events = parse(false, [
    ...lines,
    "@@ -7,2 +9,0 @@",
    "-d",
    "-e",
    "diff --git a/y b/y",
    "+++ b/y",
    "@@ -2 +2 @@",
    "-f",
    "+g",
  ]);
  expect(events).toMatchObject([
    { kind: "files" },
    {
      patch: {
        path: "x",
        hunks: [
          { at: 0, removed: 0, added: 1 },
          { at: 4, removed: 0, added: 2 },
          { at: 6, removed: 2, added: 0 },
        ],
      },
    },
    { patch: { path: "y", hunks: [{ at: 1, removed: 1, added: 1 }] } },
  ]);
});

test("each commit has a list of files, even an empty commit; renames have both names", () => {
  const events = parse(true, [ONE, ZERO, `:100644 100644 ${ONE} ${ONE} R100\told\tnew`, ONE]);
  expect(events).toMatchObject([
    { kind: "files", files: [] },
    { kind: "files", files: [{ path: "new", oldPath: "old", status: "R" }] },
    { kind: "files", files: [] },
  ]);
});

test("what is added beyond the limit is dropped, and the patch says so", () => {
  const line = `+${"x".repeat(MAX_ADDED / 2)}`;
  const events = parse(false, ["diff --git a/x b/x", "+++ b/x", "@@ -0,0 +1,3 @@", line, line, line]);
  const last = events.at(-1);
  expect(last).toMatchObject({ kind: "patch", patch: { cut: true } });
  const numbers = last?.kind === "patch" ? last.patch.added.map(({ number }) => number) : [];
  expect([...new Set(numbers)]).toEqual([1]);
});

test("lines that arrive in parts are the same lines", () => {
  const line = fc.string({ unit: fc.constantFrom("a", "+", "-", "@", " ", "\\", "\r", "é") });
  const hunk = fc.record({
    start: fc.nat(40),
    removed: fc.array(line, { maxLength: 3 }),
    added: fc.array(line, { maxLength: 6 }),
  });
  const files = fc.array(fc.array(hunk, { maxLength: 4 }), { maxLength: 4 });
  fc.assert(
    fc.property(files, fc.integer({ min: 1, max: 60 }), (hunksOf, size) => {
      const lines = hunksOf.flatMap((hunks, index) => [
        ONE,
        `:100644 100644 ${ZERO} ${ONE} M\tf${index}`,
        "",
        `diff --git a/f${index} b/f${index}`,
        `index ${ZERO}..${ONE} 100644`,
        `--- a/f${index}`,
        `+++ b/f${index}`,
        ...hunks.flatMap(({ start, removed, added }) => [
          `@@ -${start},${removed.length} +${start},${added.length} @@ x`,
          ...removed.map((text) => `-${text}`),
          ...added.map((text) => `+${text}`),
        ]),
      ]);
      const text = Buffer.from(lines.map((each) => `${each}\n`).join(""));
      expect(readable(eventsOfParts(true, text, size))).toEqual(parse(true, lines));
    }),
  );
});

test("what was taken stays as it is while other lines are collected", () => {
  const buffer = new ByteBuffer();
  const line = Buffer.from(`+${"x".repeat(40_000)}\n+y\n-z\n`);
  expect(buffer.addMarked(line, 0, 43, 5)).toEqual({ count: 2, next: line.indexOf("-") });
  const first = buffer.take();
  buffer.addLine(Buffer.from("a\nb"), 2, 3);
  expect(buffer.addMarked(line, 0, 43, 1).count).toBe(1);
  expect(buffer.length).toBe(2 + 40_001);
  const second = buffer.take();
  buffer.addLine(line, 0, line.length);
  expect(Buffer.from(first).toString()).toBe(`${"x".repeat(40_000)}\ny\n`);
  expect(Buffer.from(second).toString()).toBe(`b\n${"x".repeat(40_000)}\n`);
});
