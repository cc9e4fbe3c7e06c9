import { expect, test } from "bun:test";
import { type DiffEvent, DiffParser, MAX_ADDED } from "../../../src/git/guard/diff-parser.ts";
import { addedLinesOf } from "../../../src/scan/scan-text.ts";

const ZERO = "0".repeat(40);
const ONE = "1".repeat(40);

/** The events, with the added lines as text. */
function parse(perCommit: boolean, lines: readonly string[]) {
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
    patch: { path: "x", cut: false, added: [{ number: 2, text: "b" }] },
  });
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
