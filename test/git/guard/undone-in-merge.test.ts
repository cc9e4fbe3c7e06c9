import { describe, expect, test } from "bun:test";
import { checkStoreChange } from "../../../src/git/guard/consistency-rules.ts";
import { recordDecisions } from "../../../src/git/merge/resolution.ts";
import type { KeyFile } from "../../../src/store/key-file.ts";
import { ALICE, BOB, CAROL, edited, rotated, teamStore, tick, unlocked } from "../../support/merge-stores.ts";

const base = teamStore();

/** What the guard finds in a merge of two branches that has this result. */
function found(
  ours: KeyFile,
  theirs: KeyFile,
  result: KeyFile,
  bases: readonly KeyFile[] = [base],
): string[] {
  const { errors } = checkStoreChange({
    path: "store",
    store: result.data,
    parents: [ours.data, theirs.data],
    bases: bases.map(({ data }) => data),
    lineOf: () => 1,
  });
  return errors
    .filter(({ rule }) => rule === "undone-in-merge")
    .map(({ message }) => message.split(" is as it was")[0] ?? "");
}

const withLogs = (result: KeyFile, ...sides: readonly KeyFile[]): KeyFile =>
  edited(result, { auditLog: [...new Set(sides.flatMap(({ data }) => data.auditLog))] });

describe("a merge that has an entry as before both branches", () => {
  const other = base.addSecret("dev", "x", "1", tick());
  const rekeyed = base.setCustodianPassphrase(unlocked(base, BOB), ALICE.passphrase, "raw", tick());

  test.each([
    [
      "an owner who was removed",
      base.removeOwner("prod", BOB.name, tick()),
      ['owner "bob@example.com" of domain "prod"'],
    ],
    ["a rotation, with all that was in it", rotated(base), ['the key of domain "prod"']],
    ["a value", base.updateSecret("prod", "db", "new", tick()), ['secret "db" of domain "prod"']],
    ["a removed secret", base.removeSecret("prod", "db", tick()), ['secret "db" of domain "prod"']],
    ["a removed domain", base.removeDomain("prod", tick()), ['the key of domain "prod"']],
    [
      "a removed custodian, with its ownership",
      base.removeCustodian(BOB.name, tick()),
      ['custodian "bob@example.com"'],
    ],
    ["a new passphrase", rekeyed, ['custodian "bob@example.com"']],
  ] as const)("undoes %s", (_name, changed, messages) => {
    const result = withLogs(other, changed, other);
    expect(found(changed, other, result)).toEqual([...messages]);
    expect(found(other, changed, result)).toEqual([...messages]);
    expect(found(changed, other, withLogs(changed, changed, other))).toEqual([]);
  });

  test("undoes nothing where an entry of the log says that it was decided, which `git resolve` writes", () => {
    const changed = base.removeOwner("prod", BOB.name, tick());
    const result = withLogs(other, changed, other);
    const versions = { base: base.data, ours: changed.data, theirs: other.data };
    const recorded = recordDecisions(result.data, [], versions, tick());
    expect(recorded.auditLog.at(-1)).toEndWith(" -- undid a change of prod owner bob@example.com in a merge");
    expect(found(changed, other, edited(result, { auditLog: recorded.auditLog }))).toEqual([]);
    // An entry that a branch brought along says nothing about this merge.
    const forged = edited(changed, {}, ["undid a change of prod owner bob@example.com in a merge"]);
    expect(found(forged, other, withLogs(other, forged, other))).toHaveLength(1);
  });

  test("undoes nothing where the common ancestors differ, or cannot be known", () => {
    const changed = base.updateSecret("prod", "db", "new", tick());
    const result = withLogs(other, changed, other);
    expect(found(changed, other, result, [base, changed])).toEqual([]);
    const change = {
      path: "store",
      store: result.data,
      parents: [changed.data, other.data],
      lineOf: () => 1,
    };
    expect(checkStoreChange({ ...change, bases: undefined }).errors).toEqual([]);
  });

  test("undoes nothing where no side changed it", () => {
    const theirs = base.addOwner("prod", CAROL.name, unlocked(base, ALICE), tick());
    expect(found(other, theirs, withLogs(base, other, theirs))).toEqual([]);
  });
});
