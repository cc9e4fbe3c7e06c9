import { describe, expect, test } from "bun:test";
import { checkStoreChange } from "../../../src/git/guard/consistency-rules.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { type Domain, EMPTY_STORE, type StoreData } from "../../../src/store/store-data.ts";
import { processorTime } from "../../support/processor-time.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, unlocked } from "../../support/stores.ts";

const store = sampleStore();
const LATER = new Date(NOW.getTime() + 60_000);

function check(now: KeyFile | StoreData, parents: readonly KeyFile[], bases?: readonly KeyFile[]) {
  const { errors, warnings } = checkStoreChange({
    path: "s.yaml",
    store: now instanceof KeyFile ? now.data : now,
    parents: parents.map(({ data }) => data),
    bases: bases?.map(({ data }) => data),
    lineOf: () => 1,
  });
  return {
    errors: errors.map(({ rule }) => rule),
    warnings: warnings.map(({ rule }) => rule),
    messages: errors,
  };
}

function withDomain({ data }: KeyFile, name: string, change: (domain: Domain) => Domain): KeyFile {
  const domain = data.domains.get(name);
  if (!domain) throw new Error(`no ${name}`);
  return KeyFile.from({ ...data, domains: new Map(data.domains).set(name, change(domain)) });
}

const CLEAN = { errors: [], warnings: [] };

describe("no finding in what any command writes", () => {
  const alice = unlocked(store, ALICE);
  const carol = { name: "carol@example.com", passphrase: "c" };
  const changes: Record<string, KeyFile> = {
    added: store.addSecret("dev", "new", "v", LATER),
    updated: store.updateSecret("dev", "api-key", "v", LATER),
    set: store.setSecret("dev", "api-key", "v", LATER),
    removed: store.removeSecret("dev", "api-key", LATER),
    rotated: store.rotateDomainKey("dev", alice, LATER),
    passphrase: store.setCustodianPassphrase(alice, "new", CHEAP, LATER),
    rekeyed: store.rekeyCustodian(alice, "new", CHEAP, LATER),
    custodian: store.addCustodian(carol, CHEAP, LATER),
    "custodian removed": store.removeCustodian(BOB.name, LATER),
    "owner added": store.addOwner("prod", BOB.name, alice, LATER),
    "owner removed": store.removeOwner("dev", BOB.name, LATER),
    domain: store.addDomain("new", ALICE.name, LATER).addSecret("new", "s", "v", LATER),
    "domain removed": store.removeDomain("dev", LATER),
    truncated: store.addSecret("dev", "new", "v", LATER).truncateAuditLog(1),
    "truncated to nothing": store.truncateAuditLog(0),
  };
  test.each(Object.entries(changes))("%s", (_, changed) => {
    expect(check(changed, [store])).toMatchObject(CLEAN);
  });
});

describe("mixed keys", () => {
  const rotated = store.rotateDomainKey("dev", unlocked(store, ALICE), LATER);
  const old = store.data.domains.get("dev");

  test("a secret sealed to the key before a rotation", () => {
    const mixed = withDomain(rotated, "dev", (domain) => ({ ...domain, secrets: old?.secrets ?? new Map() }));
    expect(check(mixed, [store]).errors).toEqual(["mixed-keys", "mixed-keys"]);
  });

  test("an owner's copy of the key from before a rotation", () => {
    const mixed = withDomain(rotated, "dev", (domain) => ({ ...domain, owners: old?.owners ?? new Map() }));
    expect(check(mixed, [store]).errors).toEqual(["mixed-keys", "mixed-keys"]);
  });

  test("a sealed value moved to another domain", () => {
    const mixed = withDomain(store, "prod", (domain) => ({ ...domain, secrets: old?.secrets ?? new Map() }));
    expect(check(mixed, [store]).errors).toContain("mixed-keys");
  });

  test("an owner's copy from before a changed passphrase", () => {
    const changed = store.setCustodianPassphrase(unlocked(store, ALICE), "new", CHEAP, LATER);
    const mixed = withDomain(changed, "dev", (domain) => ({ ...domain, owners: old?.owners ?? new Map() }));
    expect(check(mixed, [store]).errors).toEqual(["mixed-keys"]);
    expect(check(changed, [store]).errors).toEqual([]);
  });

  test.each([
    ["that was there", store],
    ["that is new", store.addOwner("prod", BOB.name, unlocked(store, ALICE), LATER)],
  ])("an owner's copy %s in place of a secret's value, with an entry in the log", (_, from) => {
    const set = from.setSecret("prod", "token", "v", LATER);
    const copy = [...(set.data.domains.get("prod")?.owners.values() ?? [])].at(-1) ?? "";
    const mixed = withDomain(set, "prod", (domain) => ({
      ...domain,
      secrets: new Map(domain.secrets).set("token", copy),
    }));
    expect(check(set, [store]).errors).toEqual([]);
    expect(check(mixed, [store]).errors).toEqual(["mixed-keys"]);
  });

  test("a secret's value in place of an owner's copy", () => {
    // As long as a domain's key.
    const before = store.setSecret("dev", "api-key", "v".repeat(32), LATER);
    const sealed = before.data.domains.get("dev")?.secrets.get("api-key") ?? "";
    const mixed = withDomain(before, "dev", (domain) => ({
      ...domain,
      owners: new Map(domain.owners).set(ALICE.name, sealed),
    }));
    expect(check(mixed, [before]).errors).toEqual(["mixed-keys"]);
  });

  test("are found in a merge, compared with either parent", () => {
    const added = store.addSecret("dev", "new", "v", LATER);
    const sealed = added.data.domains.get("dev")?.secrets.get("new") ?? "";
    const mixed = withDomain(rotated, "dev", (domain) => ({
      ...domain,
      secrets: new Map(domain.secrets).set("new", sealed),
    }));
    for (const parents of [
      [rotated, added],
      [added, rotated],
    ]) {
      expect(check(mixed, parents, [store]).errors).toContain("mixed-keys");
    }
  });
});

describe("copied values", () => {
  const dev = store.data.domains.get("dev");
  const [key = "", password = ""] = [dev?.secrets.get("api-key"), dev?.secrets.get("db-password")];
  const withSecrets = (secrets: Record<string, string>, from = store): KeyFile =>
    withDomain(from, "dev", (domain) => ({ ...domain, secrets: new Map(Object.entries(secrets)) }));

  test("two secrets that were swapped", () => {
    const swapped = withSecrets({ "api-key": password, "db-password": key });
    expect(check(swapped, [store]).errors).toEqual(["copied-value", "copied-value"]);
  });

  test("one that replaces another, or has a new name", () => {
    expect(check(withSecrets({ "api-key": password, "db-password": password }), [store]).errors).toEqual([
      "copied-value",
    ]);
    const copied = withSecrets({ "api-key": key, "db-password": password, new: key });
    expect(check(copied, [store]).errors).toEqual(["copied-value"]);
  });

  test("one whose own name has a new value", () => {
    const moved = withSecrets({ "api-key": password, "db-password": key });
    const later = moved.setSecret("dev", "db-password", "other", LATER);
    expect(check(later, [store]).errors).toEqual(["copied-value"]);
  });

  test("not one whose old name is gone: it may have been renamed by hand", () => {
    expect(check(withSecrets({ renamed: key, "db-password": password }), [store]).errors).toEqual([]);
  });

  test("not what a parent has already", () => {
    const swapped = withSecrets({ "api-key": password, "db-password": key });
    expect(check(swapped, [swapped, store], [store]).errors).toEqual([]);
    expect(check(swapped.setSecret("dev", "new", "v", LATER), [swapped]).errors).toEqual([]);
  });

  test("not an earlier value under its own name", () => {
    const updated = store.updateSecret("dev", "api-key", "v", LATER);
    const replayed = withSecrets({ "api-key": key, "db-password": password }, updated);
    expect(check(replayed, [updated])).toMatchObject({ errors: [], warnings: ["no-audit-entry"] });
  });
});

describe("the audit log", () => {
  const log = store.data.auditLog;
  const withLog = (auditLog: readonly string[]): StoreData => ({ ...store.data, auditLog });

  test.each([
    ["an entry changed", log.with(2, "2026-01-01T00:00:00Z -- created")],
    ["the last one removed", log.slice(0, -1)],
    ["the first one removed", log.slice(1)],
    ["put in another order", log.toReversed()],
    ["emptied", []],
    [
      "an entry changed behind a made-up truncation",
      ["truncated 1 audit log entries", ...log.slice(1).with(4, "x")],
    ],
  ])("%s", (_, changed) => {
    expect(check(withLog(changed), [store]).errors).toEqual(["audit-log-rewritten"]);
  });

  test("a long log that a stranger wrote takes no quadratic time, also in a merge", () => {
    const withLog = (...parts: readonly string[]): KeyFile => {
      const entries = parts.flatMap((part) => Array.from({ length: 40_000 }, (_, at) => `${part} ${at}`));
      return KeyFile.from({ ...store.data, auditLog: entries });
    };
    const { data } = withLog("other");
    const rewritten = { ...data, auditLog: ["truncated 1 audit log entries", ...data.auditLog] };
    const start = processorTime();
    expect(check(rewritten, [withLog("base")]).errors).toEqual(["audit-log-rewritten"]);
    const parents = [withLog("base", "ours"), withLog("base", "theirs")];
    expect(check(withLog("base", "ours", "theirs"), parents, [withLog("base")])).toMatchObject(CLEAN);
    expect(processorTime() - start).toBeLessThan(2_500);
  });

  test("in a merge, one side may have truncated it twice", () => {
    const ours = store.truncateAuditLog(4).truncateAuditLog(1);
    expect(check(ours, [ours, store], [store]).errors).toEqual([]);
    expect(check(ours, [store]).errors).toEqual(["audit-log-rewritten"]);
  });

  test("a merge may insert the other side's entries by time", () => {
    expect(
      check(withLog([...log.slice(0, 3), "2026-01-01T00:00:00Z -- created", ...log.slice(3)]), [store]),
    ).toMatchObject(CLEAN);
  });

  test("a change without a new entry is a warning, even if an older entry has the same text", () => {
    const twice = store.setSecret("dev", "api-key", "1", NOW);
    const silent = { ...twice.setSecret("dev", "api-key", "2", NOW).data, auditLog: twice.data.auditLog };
    expect(check(silent, [twice])).toMatchObject({ errors: [], warnings: ["no-audit-entry"] });
    expect(
      check({ ...store.removeDomain("prod", LATER).data, auditLog: log }, [store]).warnings,
    ).toHaveLength(3);
  });
});

describe("lost in a merge", () => {
  const ours = store.addSecret("dev", "ours", "v", LATER);

  test("what one side added", () => {
    const theirs = store.addSecret("dev", "theirs", "v", LATER);
    const result = { ...ours.data, auditLog: [...ours.data.auditLog, ...theirs.data.auditLog.slice(-1)] };
    const { messages } = check(result, [ours, theirs], [store]);
    expect(messages.map(({ rule, message }) => `${rule}: ${message}`)).toEqual([
      expect.stringMatching(/^lost-in-merge: secret "theirs" of domain "dev" is missing after this merge/),
    ]);
  });

  test("of a domain that both sides have, only the domain is reported", () => {
    const { messages } = check(
      { ...ours.data, domains: new Map([...ours.data.domains].filter(([name]) => name !== "dev")) },
      [ours, store],
      [store],
    );
    expect(messages.filter(({ rule }) => rule === "lost-in-merge").map(({ message }) => message)).toEqual([
      expect.stringMatching(/^domain "dev" is missing after this merge/),
    ]);
  });

  test("not what one side removed, with everything in it", () => {
    const removed = store.removeSecret("dev", "api-key", LATER);
    const merged = removed.addSecret("dev", "ours", "v", LATER);
    expect(check(merged, [ours, removed], [store]).errors).not.toContain("lost-in-merge");
    const without = store.removeDomain("dev", LATER);
    expect(check(without, [ours, without], [store]).errors).not.toContain("lost-in-merge");
    const noBob = store.removeCustodian(BOB.name, LATER);
    const granted = store.addOwner("prod", BOB.name, unlocked(store, ALICE), LATER);
    expect(check(noBob, [granted, noBob], [store]).errors).not.toContain("lost-in-merge");
  });

  test("of a domain that one side removed, and that stays, is reported", () => {
    const without = store.removeDomain("dev", LATER);
    const { secrets, ...dev } = store.data.domains.get("dev") as Domain;
    const kept = { ...dev, secrets: new Map([...secrets].slice(1)) };
    const domains = new Map(store.data.domains).set("dev", kept);
    const { messages } = check({ ...store.data, domains }, [store, without], [store]);
    expect(messages.filter(({ rule }) => rule === "lost-in-merge").map(({ message }) => message)).toEqual([
      expect.stringMatching(/^secret "api-key" of domain "dev" is missing after this merge/),
    ]);
    expect(check(store, [store, without], [store]).errors).not.toContain("lost-in-merge");
  });

  test("not what was removed with a command during the merge", () => {
    const theirs = store.addSecret("dev", "theirs", "v", LATER);
    const merged = ours.setSecret("dev", "theirs", "v", LATER).removeSecret("dev", "theirs", LATER);
    expect(check(merged, [ours, theirs], [store]).errors).not.toContain("lost-in-merge");
  });

  test("without a base, as in a merge of unrelated histories", () => {
    expect(check(ours, [ours, KeyFile.from(EMPTY_STORE)], []).errors).toEqual([]);
    expect(check(store, [ours, store], []).errors).toContain("lost-in-merge");
  });
});
