import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { conflictLabel } from "../../../src/git/merge/conflict.ts";
import type { Decision } from "../../../src/git/merge/merge-context.ts";
import { NO_CREDENTIALS } from "../../../src/git/merge/merge-credentials.ts";
import { mergeStores } from "../../../src/git/merge/merge-stores.ts";
import type { StoreVersions } from "../../../src/git/merge/versions.ts";
import { virtualAncestor } from "../../../src/git/merge/virtual-ancestor.ts";
import { validateEntries } from "../../../src/store/format/validation.ts";
import type { KeyFile } from "../../../src/store/key-file.ts";
import { EMPTY_STORE } from "../../../src/store/store-data.ts";
import { TRUST_NO_NEW_KEY } from "../../../src/store/trust/known-keys.ts";
import { apply, operations, startingPoint } from "../../support/histories.ts";
import { ALICE, BOB, CAROL, rotated, teamStore, tick, unlocked } from "../../support/merge-stores.ts";

function merge(versions: StoreVersions, decide?: Decision) {
  return mergeStores(versions, {
    credentials: NO_CREDENTIALS,
    trust: TRUST_NO_NEW_KEY,
    decide: () => decide,
  });
}

const labels = (versions: StoreVersions): string[] =>
  merge(versions)
    .conflicts.map(({ subject }) => conflictLabel(subject))
    .sort();

describe("with an ancestor that cannot be read", () => {
  const base = teamStore();
  const without = (ours: KeyFile, theirs: KeyFile): StoreVersions => ({
    base: EMPTY_STORE,
    ours: ours.data,
    theirs: theirs.data,
    isBaseUnreadable: true,
  });

  test.each([
    ["a secret", base.removeSecret("prod", "leaked", tick()), ["prod/leaked"]],
    ["an owner", base.removeOwner("prod", BOB.name, tick()), [`prod owner ${BOB.name}`]],
    ["a domain", base.removeDomain("dev", tick()), ["dev"]],
    [
      "a custodian",
      base.removeDomain("dev", tick()).removeCustodian(CAROL.name, tick()),
      [`custodian ${CAROL.name}`, "dev"].sort(),
    ],
  ] as const)("%s that one side has is a conflict, not an addition", (_name, smaller, expected) => {
    for (const versions of [without(base, smaller), without(smaller, base)]) {
      expect(labels(versions)).toEqual([...expected]);
      for (const { reason } of merge(versions).conflicts)
        expect(reason).toMatch(/only (ours|theirs) has it|custodian/);
    }
  });

  test("what both sides have alike is not", () => {
    const added = base.addSecret("prod", "new", "v", tick());
    expect(labels(without(added, added))).toEqual([]);
  });

  test("a decision for the removal is kept, and the other one is named as undone", () => {
    const versions = without(
      base,
      base.removeOwner("prod", BOB.name, tick()).removeSecret("prod", "leaked", tick()),
    );
    const removed = merge(versions, "theirs").store.domains.get("prod");
    expect([removed?.owners.has(BOB.name), removed?.secrets.has("leaked")]).toEqual([false, false]);
    expect(merge(versions, "ours").store.domains.get("prod")?.owners.has(BOB.name)).toBe(true);
  });
});

describe("the merge of two common ancestors", () => {
  test("is always a store, and what was in conflict in it stays in conflict unless both sides agree", () => {
    const start = startingPoint();
    let decided = 0;
    fc.assert(
      fc.property(operations(4), operations(4), (one, other) => {
        const [left, right] = [apply(start, one, "o"), apply(start, other, "t")];
        const versions = { base: start.keyFile.data, ours: left.keyFile.data, theirs: right.keyFile.data };
        const result = merge(versions);
        const base = virtualAncestor(versions, result);
        expect(validateEntries(base)).toEqual([]);
        if (result.conflicts.length === 0) return;
        const outcomes = (["ours", "theirs"] as const).map((side) => merge(versions, side));
        const [first, second] = outcomes;
        if (!first || !second || outcomes.some((outcome) => outcome.conflicts.length > 0)) return;
        decided++;
        expect(labels({ base, ours: first.store, theirs: first.store })).toEqual([]);
        if (Bun.deepEquals(first.store, second.store)) return;
        expect(labels({ base, ours: first.store, theirs: second.store })).not.toEqual([]);
      }),
      { numRuns: 200 },
    );
    expect(decided).toBeGreaterThan(10);
  });

  test("does not undo a removal made after it, though the ancestors were in conflict", () => {
    const start = teamStore();
    const [left, right] = ["L", "R"].map((value) => start.updateSecret("prod", "db", value, tick()));
    if (!left || !right) throw new Error("two sides");
    const ancestors = { base: start.data, ours: left.data, theirs: right.data };
    const base = virtualAncestor(ancestors, merge(ancestors));
    const agreed = left;
    const removed = agreed.removeOwner("prod", BOB.name, tick()).removeSecret("prod", "leaked", tick());
    const versions = { base, ours: agreed.addSecret("dev", "y", "1", tick()).data, theirs: removed.data };
    expect(labels(versions)).toEqual([]);
    const merged = merge(versions).store.domains.get("prod");
    expect([merged?.owners.has(BOB.name), merged?.secrets.has("leaked")]).toEqual([false, false]);
  });

  test("of two rotations has a key of its own", () => {
    const start = teamStore();
    const versions = { base: start.data, ours: rotated(start).data, theirs: rotated(start, BOB).data };
    const base = virtualAncestor(versions, merge(versions));
    const key = base.domains.get("prod")?.publicKey;
    expect(
      [versions.base, versions.ours, versions.theirs].map(({ domains }) => domains.get("prod")?.publicKey),
    ).not.toContain(key);
    expect(unlocked(start, ALICE).name).toBe(ALICE.name);
  });
});
