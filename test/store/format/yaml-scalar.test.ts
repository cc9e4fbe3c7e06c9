import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compareCodePoints, isSorted } from "../../../src/common/code-points.ts";
import {
  NOT_A_STRING,
  plainIsString,
  writeFoldedScalar,
  writeScalar,
} from "../../../src/store/format/yaml-scalar.ts";
import { writeStore } from "../../../src/store/format/yaml-writer.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
// Written once by ruamel.yaml 0.17.21 with `YAML()` and `width = 100`: what it makes of each text. Left out are
// U+0085, U+2028 and U+2029, which it writes in a way that it cannot read back itself.
import ruamel from "./ruamel.json" with { type: "json" };

/** Pairs of a text and what the Python program's YAML library writes for it. */
const { keys, entries, longNames } = ruamel as unknown as Record<
  "keys" | "entries" | "longNames",
  readonly [text: string, written: string][]
>;

describe("a key is written as ruamel.yaml writes it", () => {
  test.each(keys)("%j", (text, written) => {
    expect(writeScalar(text)).toBe(written);
  });
});

describe("an audit log entry is folded as ruamel.yaml folds it", () => {
  test.each(entries)("%j", (text, written) => {
    expect(writeFoldedScalar(text, 2, "  ")).toBe(written);
  });
});

test("text is folded where the same text is folded with a letter that is not ASCII", () => {
  const part = fc.constantFrom("x", "xxx", "x".repeat(40), "x".repeat(120), " ", " ", "  ", "'", "x: x");
  fc.assert(
    fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
      const text = parts.join("");
      const other = writeFoldedScalar(text.replaceAll("x", "\u{e9}"), 2, "  ");
      expect(writeFoldedScalar(text, 2, "  ")).toBe(other.replaceAll("\u{e9}", "x"));
    }),
  );
});

describe("a store with names that get a `?`, for length or a line end, is as ruamel.yaml writes it", () => {
  test.each(longNames)("%j", (name, written) => {
    const store: StoreData = {
      domains: new Map([
        [name, { publicKey: "AB", owners: new Map([[name, "AAAA"]]), secrets: new Map([["a", "AAA"]]) }],
      ]),
      custodians: new Map([[name, "AB"]]),
      auditLog: [],
    };
    expect(writeStore(store)).toBe(written);
  });
});

test("names are found to be sorted where each is not before the one that it follows", () => {
  const name = fc.array(fc.constantFrom("a", "b", "\u{fffd}", "\u{10000}"), { maxLength: 3 });
  fc.assert(
    fc.property(fc.array(name, { maxLength: 4 }), (names) => {
      const keys = names.map((parts) => parts.join(""));
      const ordered = keys.every((key, at) => at === 0 || compareCodePoints(keys[at - 1] ?? "", key) <= 0);
      expect([keys, isSorted(keys)]).toEqual([keys, ordered]);
    }),
    { numRuns: 1000 },
  );
});

test("names are sorted by code point, not by the units of UTF-16", () => {
  const sorted = [
    "",
    "A",
    "a",
    "aa",
    "a\u0300",
    "b",
    "é",
    "\u{d7ff}",
    "\u{e000}",
    "\u{fffd}",
    "\u{10000}",
    "🎲",
    "🎲a",
    "🎳",
  ];
  for (const [index, name] of sorted.entries()) {
    for (const [other, next] of sorted.entries()) {
      expect(Math.sign(compareCodePoints(name, next))).toBe(Math.sign(index - other));
    }
  }
});

describe("what YAML 1.2 reads as something else than text", () => {
  test.each([
    "",
    "~",
    "null",
    "true",
    "False",
    "1",
    "-1",
    "0x1F",
    "1e3",
    "1.5",
    ".inf",
    ".nan",
    "2026-01-01",
  ])("%j is no string unless quoted", (text) => {
    expect(plainIsString(text)).toBe(false);
  });

  test.each(["no", "yes", "on", "12:30:45", "tRue", "1a", "-", "--", "e1", "_1", "alice@example.com"])(
    "%j is a string",
    (text) => {
      expect(plainIsString(text)).toBe(true);
    },
  );
});

test("no number, date or null has two signs in a row, so text with them needs no closer look", () => {
  for (const form of NOT_A_STRING) {
    // The generator has no look-ahead; without it, the form matches only more.
    const looser = new RegExp(form.source.replace("(?=[-+0-9])", ""));
    fc.assert(fc.property(fc.stringMatching(looser), (text) => !text.includes("--")));
  }
  expect(plainIsString("2026-02-03T04:05:06Z -- created")).toBe(true);
});
