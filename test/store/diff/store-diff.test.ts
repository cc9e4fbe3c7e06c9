import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { describeChange } from "../../../src/store/diff/change-text.ts";
import { diffStores, inheritedStore, type StoreChange } from "../../../src/store/diff/store-diff.ts";
import {
  type Domain,
  EMPTY_STORE,
  type StoreData,
  withEntry,
  withoutEntry,
} from "../../../src/store/store-data.ts";
import { ALICE, BOB, NOW, sampleStore, unlocked } from "../../support/stores.ts";
import { arbitraryStore } from "./arbitrary-store.ts";

const BASE = sampleStore();
const alice = unlocked(BASE, ALICE);

function phrases(before: StoreData | undefined, after: StoreData | undefined): string[] {
  return diffStores(before, after).flatMap((change) => describeChange(change) ?? []);
}

function withDomain(store: StoreData, name: string, change: Partial<Domain>): StoreData {
  const domain = store.domains.get(name);
  if (!domain) throw new Error(`no domain ${name}`);
  return { ...store, domains: withEntry(store.domains, name, { ...domain, ...change }) };
}

describe("diffStores", () => {
  test("from nothing: everything was added, each secret separately", () => {
    expect(phrases(undefined, BASE.data)).toEqual([
      "added custodian alice@example.com (1 passes over 8 KiB)",
      "added custodian bob@example.com (1 passes over 8 KiB)",
      "added domain dev (owners alice@example.com, bob@example.com)",
      "added secret api-key in dev",
      "added secret db-password in dev",
      "added domain prod (owner alice@example.com)",
      "added secret token in prod",
    ]);
  });

  test("to nothing: each domain was removed with its contents", () => {
    expect(phrases(BASE.data, undefined)).toEqual([
      "removed custodian alice@example.com",
      "removed custodian bob@example.com",
      "removed domain dev (2 secrets)",
      "removed domain prod (1 secret)",
      "rewrote the audit log",
    ]);
  });

  test("secrets and owners", () => {
    const after = BASE.addSecret("prod", "new", "x", NOW)
      .updateSecret("dev", "api-key", "x", NOW)
      .removeSecret("dev", "db-password", NOW)
      .addOwner("prod", BOB.name, alice, NOW)
      .removeOwner("dev", BOB.name, NOW);
    expect(phrases(BASE.data, after.data)).toEqual([
      "removed owner bob@example.com from dev",
      "changed secret api-key in dev",
      "removed secret db-password from dev",
      "added owner bob@example.com to prod",
      "added secret new in prod",
    ]);
  });

  test("a rotation is one change; what was added and removed is listed too", () => {
    const after = BASE.addSecret("dev", "new", "x", NOW)
      .removeSecret("dev", "api-key", NOW)
      .rotateDomainKey("dev", alice, NOW);
    expect(phrases(BASE.data, after.data)).toEqual([
      "rotated domain dev (1 secret, 2 owners)",
      "removed secret api-key from dev",
      "added secret new in dev",
    ]);
  });

  test("a rotation that left entries behind names them", () => {
    const rotated = BASE.rotateDomainKey("dev", alice, NOW).data;
    const old = BASE.data.domains.get("dev");
    const now = rotated.domains.get("dev");
    const broken = withDomain(rotated, "dev", {
      secrets: withEntry(
        now?.secrets ?? new Map<string, string>(),
        "api-key",
        old?.secrets.get("api-key") ?? "",
      ),
      owners: withEntry<string>(now?.owners ?? new Map(), BOB.name, old?.owners.get(BOB.name) ?? ""),
    });
    expect(diffStores(BASE.data, broken)[0]).toEqual({
      kind: "domain-rotated",
      domain: "dev",
      secrets: ["db-password"],
      owners: [ALICE.name],
      staleSecrets: ["api-key"],
      staleOwners: [BOB.name],
    });
    expect(phrases(BASE.data, broken)).toEqual([
      "rotated domain dev (1 secret, 1 owner; broken, not re-sealed secret api-key, owner bob@example.com)",
    ]);
  });

  test("a custodian's new key is one change, with its domains", () => {
    const after = BASE.rekeyCustodian(alice, "another", "fast", NOW).data;
    expect(phrases(BASE.data, after)).toEqual([
      "changed key of custodian alice@example.com (from 1 passes over 8 KiB to fast, 2 domains)",
    ]);
    const stale = withDomain(after, "prod", { owners: BASE.data.domains.get("prod")?.owners ?? new Map() });
    expect(phrases(BASE.data, stale)).toEqual([
      "changed key of custodian alice@example.com (from 1 passes over 8 KiB to fast, 1 domain; broken, not re-sealed in prod)",
    ]);
  });

  test("an owner entry that changed without a new key", () => {
    const removed = BASE.removeOwner("dev", BOB.name, NOW);
    const after = removed.addOwner("dev", BOB.name, alice, NOW);
    expect(phrases(BASE.data, after.data)).toEqual(["re-sealed the key of dev for owner bob@example.com"]);
  });

  describe("the audit log", () => {
    const log = (before: string[], after: string[]): StoreChange[] =>
      diffStores({ ...EMPTY_STORE, auditLog: before }, { ...EMPTY_STORE, auditLog: after });
    const extended = (entries: string[], atEnd: boolean): StoreChange[] => [
      { kind: "audit-log-extended", entries, atEnd },
    ];

    test("extended at the end or in between", () => {
      expect(log(["a"], ["a", "b"])).toEqual(extended(["b"], true));
      expect(log(["a", "c"], ["a", "b", "c"])).toEqual(extended(["b"], false));
      expect(log(["a"], ["a"])).toEqual([]);
    });

    test("truncated once, completely, and twice", () => {
      const truncated = (count: number) => `truncated ${count} audit log entries`;
      expect(log(["a", "b", "c"], [truncated(2), "c", "d"])).toEqual([
        { kind: "audit-log-truncated", removed: 2 },
      ]);
      expect(log(["a", "b"], [truncated(2)])).toEqual([{ kind: "audit-log-truncated", removed: 2 }]);
      expect(log([truncated(7), "b", "c"], [truncated(2), "c"])).toEqual([
        { kind: "audit-log-truncated", removed: 2 },
      ]);
      expect(log(["a", "b", "c", "d"], [truncated(2), "d"])).toEqual([
        { kind: "audit-log-truncated", removed: 3 },
      ]);
    });

    test("rewritten", () => {
      for (const after of [["b"], [], ["b", "a"], ["a", "x"], ["truncated 1 audit log entries", "x"]]) {
        expect(log(["a", "b"], after)).toEqual([{ kind: "audit-log-rewritten" }]);
      }
    });
  });

  test("there are no differences exactly when the stores are equal; every phrase is one printable line", () => {
    fc.assert(
      fc.property(arbitraryStore, arbitraryStore, (a, b) => {
        expect(diffStores(a, a)).toEqual([]);
        expect(diffStores(a, b).length === 0).toBe(Bun.deepEquals(a, b));
        for (const phrase of phrases(a, b)) expect(phrase).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
    );
  });
});

describe("inheritedStore", () => {
  test("what one of the parents has is not a change of the merge", () => {
    const ours = BASE.rotateDomainKey("dev", alice, NOW);
    const theirs = BASE.addSecret("prod", "new", "x", NOW).removeSecret("prod", "token", NOW);
    const merged = {
      ...BASE.data,
      domains: new Map([
        ...ours.data.domains,
        ...theirs.data.domains,
        ["dev", ours.data.domains.get("dev")] as const,
      ]),
    } as StoreData;
    const before = inheritedStore([ours.data, theirs.data], merged);
    expect(diffStores(before, merged)).toEqual([]);
  });

  test("what no parent has is a change: added, changed, removed", () => {
    const merged = BASE.addSecret("prod", "new", "x", NOW)
      .updateSecret("dev", "api-key", "x", NOW)
      .removeSecret("prod", "token", NOW);
    const theirs = BASE.updateSecret("dev", "api-key", "y", NOW);
    expect(phrases(inheritedStore([BASE.data, theirs.data], merged.data), merged.data)).toEqual([
      "changed secret api-key in dev",
      "added secret new in prod",
      "removed secret token from prod",
    ]);
  });

  test("a domain missing in one parent may be missing; one that all parents have may not", () => {
    const gone: StoreData = { ...BASE.data, domains: withoutEntry(BASE.data.domains, "prod") };
    expect(phrases(inheritedStore([BASE.data, gone], gone), gone)).toEqual([]);
    expect(phrases(inheritedStore([BASE.data, BASE.data], gone), gone)).toEqual([
      "removed domain prod (1 secret)",
    ]);
  });

  test("with one parent it is that parent; with the merge itself, the merge", () => {
    fc.assert(
      fc.property(arbitraryStore, arbitraryStore, (parent, merged) => {
        const sameLog = { ...parent, auditLog: merged.auditLog };
        expect(inheritedStore([parent], merged)).toEqual(sameLog);
        expect(inheritedStore([parent, merged], merged)).toEqual(merged);
      }),
    );
  });
});
