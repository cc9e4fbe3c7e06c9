import { describe, expect, test } from "bun:test";
import { checkStoreChange } from "../../src/git/guard/consistency-rules.ts";
import { conflictLabel } from "../../src/git/merge/conflict.ts";
import { keyGrants } from "../../src/git/merge/key-grants.ts";
import { mergeCredentials } from "../../src/git/merge/merge-credentials.ts";
import { mergeStores } from "../../src/git/merge/merge-stores.ts";
import { createCustodian, type UnlockedCustodian } from "../../src/store/custodian.ts";
import {
  createDomain,
  openDomainKey,
  openSecret,
  sealDomainKey,
  sealSecret,
} from "../../src/store/domain.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { checkOwned } from "../../src/store/open-everything.ts";
import type { Domain, StoreData } from "../../src/store/store-data.ts";
import { TRUST_NO_NEW_KEY } from "../../src/store/trust/known-keys.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, secretsOf, unlocked } from "../support/stores.ts";

/**
 * What somebody without any passphrase can do who may write the store, as docs/security.md says it: what goes
 * through unnoticed stands here beside what does not. A test that fails because an attack is noticed now is
 * good news for that document.
 */

const store = sampleStore();
const MALLORY = { name: "mallory@example.com", passphrase: "mallory-pw" };
const mallory = createCustodian(MALLORY, CHEAP);

function domainOf(from: KeyFile, name: string): Domain {
  const domain = from.data.domains.get(name);
  if (!domain) throw new Error(`no domain ${name}`);
  return domain;
}

function edited(from: KeyFile, changes: Partial<StoreData>): KeyFile {
  // Through its text: an attacker has to pass the reader.
  return KeyFile.parse(Buffer.from(KeyFile.from({ ...from.data, ...changes }).toString()), "store");
}

function withDomain(
  from: KeyFile,
  name: string,
  changes: Partial<Domain>,
  log: readonly string[] = [],
): KeyFile {
  return edited(from, {
    domains: new Map(from.data.domains).set(name, { ...domainOf(from, name), ...changes }),
    auditLog: [...from.data.auditLog, ...log.map((what) => `2026-02-04T00:00:00Z -- ${what}`)],
  });
}

/** What `pprotect check` finds as an owner, and what the guard finds in the change: errors, then warnings. */
function noticed(after: KeyFile, before: KeyFile, owner: UnlockedCustodian) {
  const bytes = Buffer.from(after.toString());
  const { errors, warnings } = checkStoreChange({
    path: "s",
    store: after.data,
    parents: [before.data],
    bases: undefined,
    lineOf: () => 1,
  });
  return {
    check: checkOwned(bytes, after, owner).problems.map(({ message }) => message),
    errors: errors.map(({ rule }) => rule),
    warnings: [...new Set(warnings.map(({ rule }) => rule))],
  };
}

const alice = unlocked(store, ALICE);
const NOTHING = { check: [], errors: [], warnings: [] };

describe("sealed values", () => {
  const dev = domainOf(store, "dev");
  const [key = "", password = ""] = [dev.secrets.get("api-key"), dev.secrets.get("db-password")];

  test("that are swapped open under each other's name; the guard refuses them, a check cannot detect it", () => {
    const swapped = withDomain(store, "dev", {
      secrets: new Map([
        ["api-key", password],
        ["db-password", key],
      ]),
    });
    expect(secretsOf(swapped, "dev", ALICE)["db-password"]).toBe("dev-api-key");
    expect(noticed(swapped, store, alice)).toEqual({
      check: [],
      errors: ["copied-value", "copied-value"],
      warnings: ["no-audit-entry"],
    });
  });

  test("of an earlier version open again in a later one; with a forged audit entry nothing detects it", () => {
    const updated = store.updateSecret("dev", "api-key", "new", NOW);
    const secrets = new Map([
      ["api-key", key],
      ["db-password", password],
    ]);
    const replayed = withDomain(updated, "dev", { secrets });
    expect(secretsOf(replayed, "dev", ALICE)["api-key"]).toBe("dev-api-key");
    expect(noticed(replayed, updated, alice)).toEqual({ ...NOTHING, warnings: ["no-audit-entry"] });
    const covered = withDomain(updated, "dev", { secrets }, ["updated secret api-key in dev"]);
    expect(noticed(covered, updated, alice)).toEqual(NOTHING);
  });

  test("of an earlier version under another name open too; with a forged audit entry nothing detects it", () => {
    const updated = store.updateSecret("dev", "api-key", "new", NOW);
    const now = updated.data.domains.get("dev")?.secrets.get("api-key") ?? "";
    const secrets = new Map([
      ["api-key", now],
      ["db-password", key],
    ]);
    const moved = withDomain(updated, "dev", { secrets }, ["updated secret db-password in dev"]);
    expect(secretsOf(moved, "dev", ALICE)).toEqual({ "api-key": "new", "db-password": "dev-api-key" });
    expect(noticed(moved, updated, alice)).toEqual(NOTHING);
  });

  test("of an earlier version no longer open after a rotation", () => {
    const rotated = store.rotateDomainKey("dev", alice, NOW);
    const replayed = withDomain(rotated, "dev", { secrets: new Map([["api-key", key]]) });
    expect(() => secretsOf(replayed, "dev", ALICE)).toThrow("cannot open");
  });

  test("of another domain do not open, though the same people own it", () => {
    const moved = withDomain(store, "prod", { secrets: dev.secrets });
    expect(noticed(moved, store, alice)).toMatchObject({
      check: [expect.stringContaining("cannot open"), expect.stringContaining("cannot open")],
      errors: ["mixed-keys", "mixed-keys"],
    });
  });

  test("of an attacker open like any other: nothing shows who sealed a value", () => {
    const forged = withDomain(store, "dev", { secrets: new Map([["api-key", sealSecret(dev, "forged")]]) }, [
      "updated secret api-key in dev",
      "removed secret db-password from dev",
    ]);
    expect(secretsOf(forged, "dev", ALICE)).toEqual({ "api-key": "forged" });
    expect(noticed(forged, store, alice)).toEqual(NOTHING);
  });
});

describe("a domain's public key", () => {
  const stolen = createDomain(MALLORY.name, mallory.pwdkm);
  const stolenKey = openDomainKey("dev", stolen, mallory.unlocked);
  const ownersOf = (from: KeyFile) =>
    new Map(
      [ALICE, BOB].map(({ name }) => [name, sealDomainKey(stolenKey, from.data.custodians.get(name) ?? "")]),
    );

  test("that is replaced alone no longer matches the owner entries: opening, check and the guard detect it", () => {
    const replaced = withDomain(store, "dev", { publicKey: stolen.publicKey }, [
      "rotated key for domain dev",
    ]);
    expect(() => secretsOf(replaced, "dev", ALICE)).toThrow("is from before a rotation");
    const { check, errors } = noticed(replaced, store, alice);
    expect(check).toHaveLength(1);
    expect(new Set(errors)).toEqual(new Set(["mixed-keys"]));
  });

  test("that is replaced receives what anyone adds before an owner looks; the attacker can read that", () => {
    const replaced = withDomain(store, "dev", { publicKey: stolen.publicKey });
    const added = replaced.addSecret("dev", "fresh", "for alice's eyes", NOW);
    const sealed = domainOf(added, "dev").secrets.get("fresh") ?? "";
    expect(openSecret(sealed, stolenKey, { domain: "dev", secret: "fresh" })).toBe("for alice's eyes");
  });

  test("with new owner entries and values opens for its owners; the guard warns that nothing proves it", () => {
    const forged: Partial<Domain> = {
      publicKey: stolen.publicKey,
      owners: ownersOf(store),
      secrets: new Map(["api-key", "db-password"].map((name) => [name, sealSecret(stolen, "forged")])),
    };
    const silent = withDomain(store, "dev", forged);
    expect(noticed(silent, store, alice)).toEqual({
      ...NOTHING,
      warnings: ["no-audit-entry", "unproven-key"],
    });
    const covered = withDomain(store, "dev", forged, ["rotated key for domain dev"]);
    expect(secretsOf(covered, "dev", ALICE)).toEqual({ "api-key": "forged", "db-password": "forged" });
    expect(noticed(covered, store, alice)).toEqual({ ...NOTHING, warnings: ["unproven-key"] });
  });

  test("cannot be replaced without losing what was sealed to the old one", () => {
    const replaced = withDomain(store, "dev", { publicKey: stolen.publicKey, owners: ownersOf(store) });
    const { check, errors } = noticed(replaced, store, alice);
    expect(check).toEqual([
      expect.stringContaining('secret "api-key"'),
      expect.stringContaining('secret "db-password"'),
    ]);
    expect(errors).toEqual(["mixed-keys", "mixed-keys"]);
  });
});

describe("owners and custodians", () => {
  const written = (from: KeyFile): KeyFile =>
    edited(from, {
      custodians: new Map(from.data.custodians).set(MALLORY.name, mallory.pwdkm),
      domains: new Map(from.data.domains).set("prod", {
        ...domainOf(from, "prod"),
        // A copy of some key: without the domain's own, nobody can make the right one.
        owners: new Map(domainOf(from, "prod").owners).set(
          MALLORY.name,
          sealDomainKey(mallory.unlocked.privateKey, mallory.pwdkm),
        ),
      }),
    });
  const COVER = [
    `2026-02-04T00:00:00Z -- created key custodian ${MALLORY.name}`,
    `2026-02-04T00:00:00Z -- ${ALICE.name} added owner ${MALLORY.name} to prod`,
  ];

  test("an owner that an attacker added to the file opens nothing", () => {
    expect(() => secretsOf(written(store), "prod", MALLORY)).toThrow("before a rotation");
    expect(noticed(written(store), store, alice)).toEqual({
      ...NOTHING,
      warnings: ["no-audit-entry", "unproven-owner"],
    });
  });

  test("an owner that nothing proves is a warning of the guard, and would get the next key from a program that does not look", () => {
    const covered = edited(written(store), { auditLog: [...store.data.auditLog, ...COVER] });
    expect(noticed(covered, store, alice)).toEqual({ ...NOTHING, warnings: ["unproven-owner"] });
    const rotated = covered.rotateDomainKey("prod", alice, NOW);
    expect(secretsOf(rotated, "prod", MALLORY)).toEqual({ token: "prod-token" });
  });

  test("but not from the merge driver, though an owner's credentials are in the environment", () => {
    const ours = store.rotateDomainKey("prod", alice, NOW);
    const sides = { base: store.data, ours: ours.data, theirs: written(store).data };
    const merge = (credentials: Parameters<typeof mergeStores>[1]["credentials"]) =>
      mergeStores(sides, { credentials, trust: TRUST_NO_NEW_KEY, decide: () => undefined });
    const { store: merged, conflicts } = merge(mergeCredentials(ALICE, sides));
    expect(conflicts.map(({ subject }) => conflictLabel(subject))).toEqual([
      "prod owner mallory@example.com",
    ]);
    expect(merged.domains.get("prod")?.owners.has(MALLORY.name)).toBe(false);
  });

  test("what a merge says of keys that it gave is nothing, where each owner's copy came with a side", () => {
    const ours = store.addOwner("prod", BOB.name, alice, NOW);
    const theirs = store.addSecret("prod", "new", "v", NOW);
    const sides = { base: store.data, ours: ours.data, theirs: theirs.data };
    const { store: merged } = mergeStores(sides, {
      credentials: mergeCredentials(ALICE, sides),
      trust: TRUST_NO_NEW_KEY,
      decide: () => undefined,
    });
    expect(merged.domains.get("prod")?.owners.size).toBe(2);
    expect(keyGrants(sides, merged)).toEqual([]);
  });

  test("a custodian's key that is replaced receives what is granted next, and the custodian's passphrase fails", () => {
    const imposter = createCustodian({ name: BOB.name, passphrase: "mallory's" }, CHEAP);
    const replaced = edited(store, {
      custodians: new Map(store.data.custodians).set(BOB.name, imposter.pwdkm),
    });
    expect(replaced.unlock(BOB)).toBeUndefined();
    // Bob's copy of dev's key was sealed to his own key.
    expect(noticed(replaced, store, alice).errors).toEqual(["mixed-keys"]);
    const granted = replaced.addOwner("prod", BOB.name, unlocked(replaced, ALICE), NOW);
    expect(Object.fromEntries(granted.decryptDomain("prod", imposter.unlocked))).toEqual({
      token: "prod-token",
    });
  });

  test("anyone can remove an owner, or a secret", () => {
    const without = store.removeOwner("dev", ALICE.name, NOW).removeSecret("dev", "api-key", NOW);
    expect(noticed(without, store, unlocked(store, BOB))).toEqual(NOTHING);
    expect(() => secretsOf(without, "dev", ALICE)).toThrow("not an owner");
  });
});

test("forged entries pass in the audit log: it is not signed", () => {
  const made = edited(store, {
    auditLog: [
      ...store.data.auditLog,
      `2026-02-04T00:00:00Z -- ${ALICE.name} added owner ${BOB.name} to prod`,
    ],
  });
  expect(noticed(made, store, alice)).toEqual(NOTHING);
});
