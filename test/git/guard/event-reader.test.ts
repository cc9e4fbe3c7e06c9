import { expect, test } from "bun:test";
import fc from "fast-check";
import { PprotectError } from "../../../src/common/errors.ts";
import type { DiffEvent } from "../../../src/git/guard/diff-parser.ts";
import { EventReader } from "../../../src/git/guard/event-reader.ts";
import type { GitStream } from "../../../src/git/process/stream.ts";
import { addedLinesOf } from "../../../src/scan/scan-text.ts";

const [ZERO, ONE, COMMIT] = ["0", "1", "c"].map((digit) => digit.repeat(40));

/** What git prints of two commits: one adds two files, one changes a file that git takes for binary. */
const OUTPUT = Buffer.from(
  [
    `${COMMIT}`,
    `:000000 100644 ${ZERO} ${ONE} A\tä.txt`,
    `:000000 100644 ${ZERO} ${ONE} A\tb.txt`,
    "",
    ...["ä.txt", "b.txt"].flatMap((path) => [
      `diff --git a/${path} b/${path}`,
      "new file mode 100644",
      `index ${ZERO}..${ONE}`,
      "--- /dev/null",
      `+++ b/${path}`,
      "@@ -0,0 +1,2 @@",
      "+first",
      "+@@ -1 +1 @@",
    ]),
    `${COMMIT}`,
    `:100644 100644 ${ZERO} ${ONE} M\tc.bin`,
    "",
    "diff --git a/c.bin b/c.bin",
    `index ${ZERO}..${ONE} 100644`,
    "Binary files a/c.bin and b/c.bin differ",
    "",
  ].join("\n"),
);

function streamOf(chunks: readonly Uint8Array[], finished: () => Promise<void> = async () => {}): GitStream {
  const output = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
  return { output, finished, stop: () => {} };
}

/** The pieces of the output between some offsets. */
function piecesAt(offsets: readonly number[]): Uint8Array[] {
  const cuts = [0, ...offsets.toSorted((a, b) => a - b), OUTPUT.length];
  return cuts.slice(1).map((end, index) => new Uint8Array(OUTPUT.subarray(cuts[index], end)));
}

function readable(event: DiffEvent) {
  return event.kind === "patch"
    ? { path: event.patch.path, lines: addedLinesOf(event.patch.added).map(({ text }) => text) }
    : event.kind === "files"
      ? event.files.map(({ path }) => path)
      : event.newId;
}

const EVENTS = [
  ["ä.txt", "b.txt"],
  { path: "ä.txt", lines: ["first", "@@ -1 +1 @@"] },
  { path: "b.txt", lines: ["first", "@@ -1 +1 @@"] },
  ["c.bin"],
  ONE,
];

test("gives the same events in whatever pieces the output arrives", async () => {
  const offset = fc.integer({ min: 0, max: OUTPUT.length });
  await fc.assert(
    fc.asyncProperty(fc.array(offset, { maxLength: 12 }), async (offsets) => {
      const listed: (readonly string[])[] = [];
      const learnt: string[] = [];
      const reader = new EventReader(streamOf(piecesAt(offsets)), true, {
        expect: (files) => listed.push(files.map(({ path }) => path)),
        learn: (file, patch) => learnt.push(`${file.path} ${patch.path}`),
      });
      const events = [];
      for (let event = await reader.next(); event; event = await reader.next()) events.push(readable(event));
      expect(events).toEqual(EVENTS as never);
      expect(listed).toEqual([["ä.txt", "b.txt"], ["c.bin"]]);
      expect(learnt).toEqual(["ä.txt ä.txt", "b.txt b.txt"]);
      expect(await reader.next()).toBeUndefined();
    }),
  );
});

test("waits only for what has not arrived", async () => {
  const reader = new EventReader(streamOf([new Uint8Array(OUTPUT)]), true);
  const first = reader.next();
  expect(first).toBeInstanceOf(Promise);
  await first;
  expect(reader.next()).toMatchObject({ kind: "patch" });
  expect(reader.next()).toMatchObject({ kind: "patch" });
});

test("after the last event, a git that failed is an error", async () => {
  const failed = async () => {
    throw new PprotectError("git_failed", "git diff-tree failed");
  };
  const reader = new EventReader(streamOf([new Uint8Array(OUTPUT)], failed), true);
  for (const _ of EVENTS) await reader.next();
  await expect(Promise.resolve(reader.next())).rejects.toMatchObject({ code: "git_failed" });
});
