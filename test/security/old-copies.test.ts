import { describe, expect, test } from "bun:test";
import { decodeBase64 } from "../../src/crypto/base64.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, secretsOf, unlocked } from "../support/stores.ts";

/** What an earlier version of the store, an earlier passphrase or an earlier owner still opens. */

const store = sampleStore();
const alice = unlocked(store, ALICE);

/** The domain as one version has it, opened with the owner's copy of the key as another version has it. */
function openedWithCopyOf(version: KeyFile, now: KeyFile, name: string, creds: typeof ALICE) {
  const [then, domain] = [version.data.domains.get(name), now.data.domains.get(name)];
  if (!then || !domain) throw new Error("no domain");
  const mixed = KeyFile.from({
    ...now.data,
    custodians: version.data.custodians,
    domains: new Map([[name, { ...domain, owners: then.owners }]]),
  });
  return secretsOf(mixed, name, creds);
}

describe("a removed owner", () => {
  const removed = store.removeOwner("dev", BOB.name, NOW);

  test("can read earlier versions forever, and what is sealed after the removal, until a rotation", () => {
    const later = removed.addSecret("dev", "later", "sealed after bob left", NOW);
    expect(secretsOf(store, "dev", BOB)).toHaveProperty("api-key");
    expect(openedWithCopyOf(store, later, "dev", BOB)).toHaveProperty("later", "sealed after bob left");
  });

  test("does not read what is sealed after a rotation", () => {
    const rotated = removed.rotateDomainKey("dev", alice, NOW).addSecret("dev", "later", "v", NOW);
    expect(() => openedWithCopyOf(store, rotated, "dev", BOB)).toThrow("before a rotation");
  });
});

describe("an earlier passphrase", () => {
  const changed = store.setCustodianPassphrase(alice, "new", CHEAP, NOW).addSecret("dev", "later", "v", NOW);

  test("opens nothing with only the current version", () => {
    expect(changed.unlock(ALICE)).toBeUndefined();
  });

  test("also opens what was sealed since, with an earlier version: the domain's key is still the same", () => {
    expect(openedWithCopyOf(store, changed, "dev", ALICE)).toHaveProperty("later", "v");
  });

  test("opens nothing that is sealed after a rotation", () => {
    const rotated = changed.rotateDomainKey("dev", unlocked(changed, { ...ALICE, passphrase: "new" }), NOW);
    expect(() => openedWithCopyOf(store, rotated, "dev", ALICE)).toThrow("before a rotation");
  });
});

test("rotation changes no value: anyone who knew one still knows it", () => {
  expect(secretsOf(store.rotateDomainKey("dev", alice, NOW), "dev", ALICE)).toEqual(
    secretsOf(store, "dev", ALICE),
  );
});

describe("without any passphrase the file shows", () => {
  test("the length of each value in bytes", () => {
    for (const value of ["", "x", "hunter2", "é🎲", "x".repeat(1000)]) {
      const sealed = store.setSecret("dev", "s", value, NOW).data.domains.get("dev")?.secrets.get("s") ?? "";
      expect((decodeBase64(sealed)?.length ?? 0) - 1 - 48).toBe(Buffer.byteLength(value));
    }
  });

  test("the names of domains, secrets, owners and custodians, and who changed what when, but no value", () => {
    const text = store.toString();
    for (const name of ["dev", "prod", "api-key", "token", ALICE.name, BOB.name])
      expect(text).toContain(name);
    expect(text).toContain(`2026-02-03T04:05:06Z -- ${ALICE.name} added owner ${BOB.name} to dev`);
    for (const value of ["dev-api-key", "prod-token"]) expect(text).not.toContain(value);
  });

  test("not whether two values are equal: their sealed forms differ", () => {
    const twice = store.setSecret("dev", "one", "same", NOW).setSecret("dev", "two", "same", NOW);
    const { secrets } = twice.data.domains.get("dev") ?? { secrets: new Map<string, string>() };
    expect(secrets.get("one")).not.toBe(secrets.get("two") ?? "");
  });

  test("whether a guessed passphrase is right", () => {
    expect(store.unlock({ ...ALICE, passphrase: "a guess" })).toBeUndefined();
    expect(store.unlock(ALICE)?.name).toBe(ALICE.name);
  });
});
