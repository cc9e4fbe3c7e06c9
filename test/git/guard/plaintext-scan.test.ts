import { expect, test } from "bun:test";
import fc from "fast-check";
import type { FileChange, PatchEvent } from "../../../src/git/guard/diff-parser.ts";
import type { NextPatch } from "../../../src/git/guard/diff-reader.ts";
import { PlaintextScan } from "../../../src/git/guard/plaintext-scan.ts";
import { scanSources } from "../../../src/git/guard/scan-sources.ts";
import { STAGED } from "../../../src/git/guard/staged-changes.ts";
import { StorePatches } from "../../../src/git/guard/store-patches.ts";
import { noFindings, type Subject } from "../../../src/git/guard/subject.ts";
import { Tally } from "../../../src/git/guard/tally.ts";
import type { ObjectReader } from "../../../src/git/process/cat-file.ts";
import { wholeFile } from "../../../src/scan/scan-text.ts";
import { tokenLine } from "./guard-repository.ts";

/** A repository of empty files. */
const OBJECTS: ObjectReader = {
  readObject: async () => undefined,
  read: async () => undefined,
  close: async () => undefined,
};

const SOURCES = scanSources("/", OBJECTS, STAGED);

const TEXTS = ["plain\n", `${tokenLine()}\n`, `${tokenLine()} # pprotect:allow\n`, `one\n${tokenLine()}\n`];

const FILES = TEXTS.map((_, index): FileChange => {
  const [path, newId] = [`f${index}.ts`, String(index).repeat(40)];
  return {
    path,
    oldPath: path,
    oldMode: "000000",
    newMode: "100644",
    oldId: "0".repeat(40),
    newId,
    status: "A",
  };
});

/** Events of which some have arrived and others are waited for. */
function arriving(events: readonly PatchEvent[], atOnce: readonly boolean[]): NextPatch {
  let index = 0;
  return () => {
    const event = events[index];
    return atOnce[index++] ? event : Promise.resolve(event);
  };
}

async function scan(texts: readonly string[], atOnce: readonly boolean[]) {
  const events = texts.map((text, index): PatchEvent => {
    const added = wholeFile(Buffer.from(text));
    return { kind: "patch", patch: { path: `f${index}.ts`, added, cut: false } };
  });
  const tally = new Tally();
  const found = noFindings();
  const scanned = {
    subject: { prefix: ":", diffs: 1, parents: [], tally } as unknown as Subject,
    diff: { files: FILES, patches: () => arriving(events, atOnce) },
    files: new Map(FILES.map((file) => [file.path, file])),
    attribute: new Map(),
    stores: new Set<string>(),
    patches: new StorePatches(),
    elsewhere: [],
  };
  const done = new PlaintextScan(SOURCES, scanned, found).run();
  const isAtOnce = !(done instanceof Promise);
  await done;
  return { isAtOnce, found, scanned: tally.scanned };
}

test("finds the same, whether what is added has arrived or is waited for", async () => {
  const expected = await scan(TEXTS, []);
  expect(expected.found.errors.map(({ path, line }) => [path, line])).toEqual([
    ["f1.ts", 1],
    ["f3.ts", 2],
  ]);
  expect(expected.found.suppressed.map(({ path }) => path)).toEqual(["f2.ts"]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 5, maxLength: 5 }), async (atOnce) => {
      const { found, scanned } = await scan(TEXTS, atOnce);
      expect(found).toEqual(expected.found);
      expect(scanned).toEqual(expected.scanned);
    }),
    { numRuns: 40 },
  );
});

test("waits for nothing where all has arrived and nothing is found", async () => {
  // Prepares the search.
  await scan(TEXTS, []);
  const { isAtOnce, found } = await scan(["plain\n", "text\n"], [true, true, true]);
  expect(isAtOnce).toBeTrue();
  expect(found).toEqual(noFindings());
});
