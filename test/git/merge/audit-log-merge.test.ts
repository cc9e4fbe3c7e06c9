import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { mergeAuditLogs } from "../../../src/git/merge/audit-log-merge.ts";
import { truncateLog } from "../../../src/store/audit-log.ts";
import { processorTime } from "../../support/processor-time.ts";

const at = (second: number, what: string): string =>
  `2026-01-01T00:00:${String(second).padStart(2, "0")}Z -- ${what}`;

const BASE = [at(0, "created"), at(1, "one"), at(2, "two")];

describe("audit logs", () => {
  test("merge by time, each side's order kept", () => {
    const ours = [...BASE, at(5, "o1"), at(9, "o2")];
    const theirs = [...BASE, at(4, "t1"), at(7, "t2")];
    expect(mergeAuditLogs(BASE, ours, theirs)).toEqual([
      ...BASE,
      at(4, "t1"),
      at(5, "o1"),
      at(7, "t2"),
      at(9, "o2"),
    ]);
  });

  test("keep a side's order even where its clock went backwards", () => {
    const ours = [...BASE, at(9, "o1"), at(3, "o2")];
    const merged = mergeAuditLogs(BASE, ours, [...BASE, at(5, "t1")]);
    expect(merged.indexOf(at(9, "o1"))).toBeLessThan(merged.indexOf(at(3, "o2")));
  });

  test("hold an entry that both sides carry once", () => {
    const both = at(6, "cherry-picked");
    expect(mergeAuditLogs(BASE, [...BASE, at(5, "o"), both], [...BASE, both])).toEqual([
      ...BASE,
      at(5, "o"),
      both,
    ]);
  });

  test("take from a cherry-pick what its commit added, and nothing of the commits before it", () => {
    const before = [...BASE, at(5, "f1"), at(6, "f2")];
    const ours = [...BASE, at(9, "o")];
    expect(mergeAuditLogs(before, ours, [...before, at(7, "f3")])).toEqual([
      ...BASE,
      at(7, "f3"),
      at(9, "o"),
    ]);
  });

  test("keep what one side deleted, once", () => {
    const ours = [...BASE, at(5, "o")];
    const shortened = [at(0, "created"), at(2, "two"), at(6, "t")];
    expect(mergeAuditLogs(BASE, ours, shortened)).toEqual([...BASE, at(5, "o"), at(6, "t")]);
    const gap = [at(0, "created"), at(2, "two"), at(5, "o")];
    expect(mergeAuditLogs(BASE, gap, [...BASE, at(5, "o")])).toEqual(gap);
  });

  test("do not grow shorter where a revert takes an entry back", () => {
    const later = [...BASE, at(5, "o"), at(6, "reverted"), at(7, "p")];
    expect(mergeAuditLogs([...BASE, at(5, "o"), at(6, "reverted")], later, [...BASE, at(5, "o")])).toEqual(
      later,
    );
  });

  test("stay truncated where one side truncated, with what the other appended", () => {
    const ours = truncateLog([...BASE, at(5, "o")], 2);
    expect(mergeAuditLogs(BASE, ours, [...BASE, at(6, "t")])).toEqual([
      "truncated 2 audit log entries",
      at(2, "two"),
      at(5, "o"),
      at(6, "t"),
    ]);
  });

  test("take the deeper of two truncations", () => {
    expect(mergeAuditLogs(BASE, truncateLog(BASE, 2), truncateLog(BASE, 1))).toEqual([
      "truncated 2 audit log entries",
      at(2, "two"),
    ]);
  });

  test("truncated to nothing keep what the other side appended", () => {
    expect(mergeAuditLogs(BASE, truncateLog(BASE, 0), [...BASE, at(6, "t")])).toEqual([
      "truncated 3 audit log entries",
      at(6, "t"),
    ]);
  });

  test("of entries without a time, which anyone can write, take no quadratic time", () => {
    const entries = (side: string): string[] => Array.from({ length: 20_000 }, (_, at) => `${side} ${at}`);
    const start = processorTime();
    expect(mergeAuditLogs([], entries("o"), entries("t"))).toHaveLength(40_000);
    expect(processorTime() - start).toBeLessThan(2_000);
  });

  test("lose nothing that either side appended, whatever the times, in one order from both sides", () => {
    const added = fc.array(fc.tuple(fc.nat(59), fc.stringMatching(/^[a-z]{1,6}$/)), { maxLength: 6 });
    fc.assert(
      fc.property(added, added, (ourAdditions, theirAdditions) => {
        const ours = ourAdditions.map(([second, what]) => at(second, `o ${what}`));
        const theirs = theirAdditions.map(([second, what]) => at(second, `t ${what}`));
        const merged = mergeAuditLogs(BASE, [...BASE, ...ours], [...BASE, ...theirs]);
        expect(merged.slice(0, BASE.length)).toEqual(BASE);
        expect(merged.filter((entry) => entry.includes("-- o "))).toEqual(ours);
        expect(merged.filter((entry) => entry.includes("-- t "))).toEqual(theirs);
        expect(mergeAuditLogs(BASE, [...BASE, ...theirs], [...BASE, ...ours])).toEqual(merged);
      }),
    );
  });
});
