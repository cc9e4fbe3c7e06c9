import { describe, expect, test } from "bun:test";
import { heldOut, tuned } from "./corpus/index.ts";
import { documentedTables, guardShare, measuredTables } from "./corpus/measure.ts";

describe("the corpus of leaks and look-alikes", () => {
  test("has forty kinds of leaks and thirty of look-alikes, and kinds that are only measured", () => {
    expect(tuned.leaks.length + heldOut.leaks.length).toBeGreaterThanOrEqual(40);
    expect(tuned.lookAlikes.length + heldOut.lookAlikes.length).toBeGreaterThanOrEqual(30);
    const kinds = [...tuned.leaks, ...heldOut.leaks, ...tuned.lookAlikes, ...heldOut.lookAlikes].map(
      ({ kind }) => kind,
    );
    expect(kinds.filter((kind, index) => kinds.indexOf(kind) !== index)).toEqual([]);
  });

  test("gives the tables of docs/guard.md; write them with `bun test/scan/corpus/measure.ts`", async () => {
    expect(await measuredTables()).toBe(documentedTables());
  });

  test("of the kinds held out, nine in ten leaks are found and at most 3 % of the look-alikes", async () => {
    expect(await guardShare(heldOut.leaks)).toBeGreaterThanOrEqual(90);
    expect(await guardShare(heldOut.lookAlikes)).toBeLessThanOrEqual(3);
  });
});
