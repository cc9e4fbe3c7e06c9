import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { storeLines } from "../../../src/store/diff/store-text.ts";
import { type Domain, EMPTY_STORE, type StoreData, withEntry } from "../../../src/store/store-data.ts";
import { BOB, NOW, sampleStore, unlocked } from "../../support/stores.ts";
import { arbitrarySealed, arbitraryStore } from "./arbitrary-store.ts";

/** Lines of either text that the other does not have. */
function changedLines(before: StoreData, after: StoreData): [removed: string[], added: string[]] {
  const old = storeLines(before);
  const now = storeLines(after);
  return [old.filter((line) => !now.includes(line)), now.filter((line) => !old.includes(line))];
}

describe("storeLines", () => {
  test("names everything, the audit log last", () => {
    const lines = storeLines(sampleStore().data);

    const masked = lines.map((line) =>
      line
        .replace(/\b(?:[0-9a-f]{4}-){5}[0-9a-f]{4}\b/g, "KEY")
        .replace(/\b[0-9a-f]{16}\b/, "SALT")
        .replace(/\b[0-9a-f]{12}\b/, "FP"),
    );
    expect(masked.slice(0, 13)).toEqual([
      "domain dev  key KEY",
      "  owner alice@example.com  FP",
      "  owner bob@example.com  FP",
      "  secret api-key  FP",
      "  secret db-password  FP",
      "domain prod  key KEY",
      "  owner alice@example.com  FP",
      "  secret token  FP",
      "key custodians",
      "  alice@example.com  1 passes over 8 KiB  key KEY  salt SALT",
      "  bob@example.com  1 passes over 8 KiB  key KEY  salt SALT",
      "audit log",
      "  2026-02-03T04:05:06Z -- created",
    ]);
    expect(masked.slice(-2)).toEqual([
      "  2026-02-03T04:05:06Z -- alice@example.com added owner bob@example.com to dev",
      "  2026-02-03T04:05:06Z -- signed grant of domain dev under KEY to bob@example.com with key KEY: FP",
    ]);
  });

  test("an empty store has its headings", () => {
    expect(storeLines(EMPTY_STORE)).toEqual(["key custodians", "audit log"]);
  });

  test("a changed secret changes one line, apart from the audit log", () => {
    const before = sampleStore();
    const after = before.updateSecret("dev", "api-key", "another", NOW);

    const [removed, added] = changedLines(before.data, { ...after.data, auditLog: before.data.auditLog });

    expect(removed).toEqual([expect.stringMatching(/^ {2}secret api-key {2}[0-9a-f]{12}$/)]);
    expect(added).toEqual([expect.stringMatching(/^ {2}secret api-key {2}[0-9a-f]{12}$/)]);
  });

  test("sealing the same value again looks like any other change", () => {
    const before = sampleStore();
    const after = before.updateSecret("prod", "token", "prod-token", NOW);

    expect(changedLines(before.data, after.data)[0]).toHaveLength(1);
  });

  test("a new passphrase shows in the custodian and in the owned domains", () => {
    const before = sampleStore();
    const after = before.setCustodianPassphrase(unlocked(before, BOB), "P".repeat(12), "fast", NOW);

    const [removed] = changedLines(before.data, after.data);

    expect(removed).toEqual([
      expect.stringMatching(/^ {2}owner bob@example\.com/),
      expect.stringMatching(/^ {2}bob@example\.com {2}1 passes/),
    ]);
  });

  test("every line is one line and safe for a terminal, whatever the names", () => {
    fc.assert(
      fc.property(arbitraryStore, (store) => {
        for (const line of storeLines(store)) expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u);
      }),
    );
  });

  test("changing one secret changes exactly one line", () => {
    fc.assert(
      fc.property(
        arbitraryStore,
        fc.string(),
        fc.string(),
        arbitrarySealed,
        arbitrarySealed,
        (store, name, secret, a, b) => {
          fc.pre(a !== b);
          const domain: Domain = store.domains.get(name) ?? {
            publicKey: a,
            owners: new Map(),
            secrets: new Map(),
          };
          const sealedAs = (sealed: string): StoreData => ({
            ...store,
            domains: withEntry(store.domains, name, {
              ...domain,
              secrets: withEntry(domain.secrets, secret, sealed),
            }),
          });
          const before = storeLines(sealedAs(a));
          const after = storeLines(sealedAs(b));
          expect(after).toHaveLength(before.length);
          expect(after.filter((line, index) => line !== before[index])).toHaveLength(1);
        },
      ),
    );
  });
});
