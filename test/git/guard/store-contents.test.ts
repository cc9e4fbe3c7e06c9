import { expect, test } from "bun:test";
import fc from "fast-check";
import type { FileChange } from "../../../src/git/guard/diff-parser.ts";
import { holdsStore, StoreContents } from "../../../src/git/guard/store-contents.ts";
import { wholeFile } from "../../../src/scan/scan-text.ts";

const NO_FILE = "000000";

/** Lines of YAML, of which some have a root key of a store, or its name elsewhere. */
const LINES = ["a: b", "key-custodians:", "audit-log:", "# audit-log", "x: key-custodians", "audit-logs: y"];

const lines = fc.array(fc.constantFrom(...LINES), { maxLength: 5 });
const mode = fc.constantFrom("100644", "100644", "100755", "120000", NO_FILE);

/** A version of a file. Whether the diff to it is learnt, and whether that diff is cut. */
const version = fc.record({ lines, mode, isLearnt: fc.boolean(), cut: fc.boolean() });

function idOf(mode: string, texts: readonly string[]): string {
  return mode === NO_FILE ? "0".repeat(40) : Bun.hash(texts.join("\n")).toString(16).padStart(40, "0");
}

function isRegular(each: string): boolean {
  return each.startsWith("100");
}

test("answers as the contents before and after do, whatever diffs are known", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(version, { minLength: 2, maxLength: 8 }), async (versions) => {
      const blobs = new Map(
        versions.map((each) => [idOf(each.mode, each.lines), Buffer.from(each.lines.join("\n"))]),
      );
      const contents = new StoreContents({ read: async (id) => blobs.get(id), close: async () => undefined });
      for (const [index, after] of versions.entries()) {
        const before = versions[index - 1] ?? { lines: [], mode: NO_FILE };
        const change: FileChange = {
          path: "a.yaml",
          oldPath: "a.yaml",
          oldMode: before.mode,
          newMode: after.mode,
          oldId: idOf(before.mode, before.lines),
          newId: idOf(after.mode, after.lines),
          status: "M",
        };
        // As git prints the change to a file of another kind: as one that is removed, and one that is added.
        const known = isRegular(before.mode) && isRegular(after.mode) ? before.lines : [];
        const added = after.lines.filter((line) => !known.includes(line)).join("\n");
        const patch = { path: "a.yaml", added: wholeFile(Buffer.from(added)), cut: after.cut };
        if (after.isLearnt && added !== "") contents.learn(change, patch);
        const expected = [before, after].some(
          (each) => isRegular(each.mode) && holdsStore(Buffer.from(each.lines.join("\n"))),
        );
        expect(await contents.isStore(change)).toBe(expected);
      }
    }),
    { numRuns: 500 },
  );
});

test("reads nothing of files that lack a key, and both versions where the keys may have come together", async () => {
  const asked: string[] = [];
  const contents = new StoreContents({
    read: async (id) => {
      asked.push(id);
      return Buffer.from("audit-log:\nkey-custodians:\n");
    },
    close: async () => undefined,
  });
  const change = (oldId: string, newId: string, added?: string) => {
    const oldMode = oldId === "0" ? NO_FILE : "100644";
    const file = { path: "a.yaml", oldPath: "a.yaml", oldMode, newMode: "100644", oldId, newId, status: "M" };
    const patch = { path: "a.yaml", added: wholeFile(Buffer.from(added ?? "")), cut: false };
    if (added !== undefined) contents.learn(file, patch);
    return contents.isStore(file);
  };
  expect(change("0", "1", "a: b\n")).toBeFalse();
  expect(change("1", "2", "audit-log:\n")).toBeFalse();
  expect(change("2", "3", "audit-log: x\n")).toBeFalse();
  expect(asked).toEqual([]);
  expect(await change("3", "4", "key-custodians:\n")).toBeTrue();
  expect(asked).toEqual(["4", "3"]);
  // Without its diff, a content is read.
  expect(await change("1", "5")).toBeTrue();
  expect(asked).toEqual(["4", "3", "5", "1"]);
});
