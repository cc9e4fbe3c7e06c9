import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Schema, Validator } from "@cfworker/json-schema";
import fc from "fast-check";
import type { PprotectError } from "../../src/common/errors.ts";
import { addedEntries, Baseline } from "../../src/scan/baseline.ts";
import {
  type BaselineEntry,
  baselineText,
  entriesOf,
  entryFor,
  mergedEntries,
  readBaseline,
} from "../../src/scan/baseline-file.ts";
import { scanLines } from "../../src/scan/scanner.ts";
import { tokenLine } from "../git/guard/guard-repository.ts";
import { utf8 } from "../support/bytes.ts";

const SCHEMA = new Validator(
  JSON.parse(
    readFileSync(resolve(import.meta.dir, "../../docs/schemas/baseline.schema.json"), "utf8"),
  ) as Schema,
  "2020-12",
  false,
);

const read = (text: string) => readBaseline(utf8(text), "b.json");
const lines = (...texts: readonly string[]) => texts.map((text, at) => ({ number: at + 1, text }));
const find = (path: string, ...texts: readonly string[]) => scanLines(path, lines(...texts));
const baselineOf = (...versions: Parameters<typeof entriesOf>[0][]) =>
  new Baseline("b.json", read(baselineText(versions.flatMap((each) => entriesOf(each)))));

const entry = fc.record<BaselineEntry>({
  path: fc.stringMatching(/^[a-z\u202e"\\/]{1,8}$/).filter((path) => !path.startsWith("/")),
  rule: fc.constantFrom("github-token", "jwt"),
  hash: fc.stringMatching(/^[0-9a-f]{32}$/),
  count: fc.integer({ min: 1, max: 3 }),
});

describe("the file", () => {
  test("is read as it was written, in one order, one line for each entry", () => {
    fc.assert(
      fc.property(fc.array(entry, { maxLength: 6 }), (entries) => {
        const text = baselineText(entries);
        expect(read(text).map(({ line: _, ...rest }) => rest)).toEqual(mergedEntries(entries));
        expect(baselineText(entries.toReversed())).toBe(text);
        expect(SCHEMA.validate(JSON.parse(text)).errors).toEqual([]);
        expect(text).not.toContain("\u202e");
        expect(text.match(/line_hash/g)?.length ?? 0).toBe(mergedEntries(entries).length);
      }),
    );
    expect(read(baselineText([])).length).toBe(0);
  });

  test.each([
    ["not JSON", "{", 1],
    ["a list", "[]", 1],
    ["a later version", '{"version": 2, "findings": []}', 1],
    ["an unknown key", '{"findings": [\n{"path": "a", "rule": "b", "value": "c"}]}', 2],
    ["no rule", '{"findings": [{"path": "a", "line_hash": "b"}]}', 1],
    ["a short hash", `{"findings": [{"path": "a", "rule": "b", "line_hash": "abc"}]}`, 1],
    [
      "a count of nothing",
      `{"findings": [{"path": "a", "rule": "b", "line_hash": "${"a".repeat(32)}", "count": 0}]}`,
      1,
    ],
    ["a path outside", `{"findings": [{"path": "../a", "rule": "b", "line_hash": "${"a".repeat(32)}"}]}`, 1],
    ["conflict markers", `{\n${"<".repeat(7)} HEAD\n`, 2],
  ])("with %s is one error with its line and what to do", (_, text, line) => {
    let refused: PprotectError | undefined;
    try {
      read(text);
    } catch (error) {
      refused = error as PprotectError;
    }
    expect(refused?.code).toBe("invalid_config");
    expect(refused?.message).toStartWith(`b.json:${line}: `);
    expect(refused?.fix).toBeString();
  });

  test("has nothing of the secret: another one gives the same text", () => {
    const other = tokenLine().replace("x7Kq2mVb9TzR", "p3Wd8nLc5YsA");
    expect(baselineText(entriesOf([find("a.ts", other)]))).toBe(
      baselineText(entriesOf([find("a.ts", "", `  ${tokenLine()}`)])),
    );
  });
});

describe("a baseline", () => {
  const nowhere = () => false;
  const everywhere = () => true;

  test("accepts what was found, in another line too, and as many of a version as there were", async () => {
    const accept = baselineOf([find("a.ts", tokenLine())]).version(everywhere);
    const [first, second] = find("a.ts", "// moved", `    ${tokenLine()}`, tokenLine());
    expect(first && (await accept(first))?.entry.path).toBe("a.ts");
    expect(second && (await accept(second))).toBeUndefined();
  });

  test("does not accept another rule, path or line", async () => {
    const baseline = baselineOf([find("a.ts", tokenLine())]);
    for (const [other] of [
      find("b.ts", tokenLine()),
      find("a.ts", tokenLine().replace("token", "password")),
      find("a.ts", tokenLine()).map((finding) => ({ ...finding, rule: "jwt" })),
    ])
      expect(other && (await baseline.version(everywhere)(other))).toBeUndefined();
    expect(baseline.unused).toHaveLength(1);
  });

  test("follows a file that was renamed in its directory or moved with its name, and no copy", async () => {
    const baseline = baselineOf([find("src/a.ts", tokenLine())]);
    const accepted = async (path: string, exists: () => boolean) => {
      const [finding] = find(path, tokenLine());
      return finding && (await baseline.version(exists)(finding)) !== undefined;
    };
    expect(await accepted("src/b.ts", nowhere)).toBe(true);
    expect(await accepted("lib/a.ts", nowhere)).toBe(true);
    expect(await accepted("lib/b.ts", nowhere)).toBe(false);
    expect(await accepted("src/b.ts", everywhere)).toBe(false);
    expect(baseline.unused).toEqual([]);
  });

  test("knows which entries a change adds", async () => {
    const [finding] = find("a.ts", tokenLine());
    const entries = read(baselineText(entriesOf([find("a.ts", tokenLine(), tokenLine())])));
    const before = entries.map((each) => ({ ...each, count: 1 }));
    const isNew = async (known: readonly BaselineEntry[] | undefined) =>
      finding && (await new Baseline("b", entries, known).version(everywhere)(finding))?.isNew;
    expect([await isNew(undefined), await isNew(entries), await isNew(before), await isNew([])]).toEqual([
      undefined,
      false,
      true,
      true,
    ]);
    expect([addedEntries(entries, before), addedEntries(entries, entries)]).toEqual([entries, []]);
  });

  test("has no entry for credentials that open a store, for problems of stores, and for files elsewhere", () => {
    const [finding] = find("a.ts", tokenLine());
    if (!finding) throw new Error("nothing found");
    expect(entryFor(finding)).toMatchObject({ path: "a.ts", rule: "github-token" });
    const own = { ...finding, rule: "pprotect-raw-key" };
    expect(entryFor(own)).toBeUndefined();
    // In the history.
    expect(entryFor({ ...own, versionHash: "a".repeat(64) })).toMatchObject({ hash: "a".repeat(32) });
    expect(entryFor({ ...finding, path: "/etc/a" })).toBeUndefined();
    const { fingerprint: _, ...inStore } = finding;
    expect(entryFor(inStore)).toBeUndefined();
  });
});
