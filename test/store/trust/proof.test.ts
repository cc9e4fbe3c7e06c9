import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeUtf8 } from "../../../src/common/utf8.ts";
import { generatePrivateKey, importPrivateKey } from "../../../src/crypto/x25519/private-key.ts";
import { xeddsaSign } from "../../../src/crypto/xeddsa.ts";
import { encodeKeyMaterial } from "../../../src/store/format/key-material.ts";
import { encodePublicKey } from "../../../src/store/format/sealed-value.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { domainFingerprint } from "../../../src/store/trust/fingerprint.ts";
import {
  grantProof,
  isProof,
  neededProofs,
  rotationProof,
  signedRotations,
} from "../../../src/store/trust/proof.ts";
import { forkedKeys, provenGrant, provenRotation } from "../../../src/store/trust/verify.ts";
import { domainName } from "../../support/arbitraries.ts";
import { processorTime } from "../../support/processor-time.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, unlocked } from "../../support/stores.ts";

const TIME = "2026-02-03T04:05:06Z -- ";
const [k1, k2, k3, k4] = [1, 2, 3, 4].map((byte) => importPrivateKey(new Uint8Array(32).fill(byte))) as [
  ReturnType<typeof generatePrivateKey>,
  ReturnType<typeof generatePrivateKey>,
  ReturnType<typeof generatePrivateKey>,
  ReturnType<typeof generatePrivateKey>,
];
const textOf = (key: typeof k1): string => encodePublicKey(key.publicKey);
const printOf = (key: typeof k1): string => domainFingerprint({ publicKey: textOf(key) });
const rotated = (domain: string, from: typeof k1, to: typeof k1): string =>
  TIME + rotationProof(domain, from, textOf(to));
const pwdkmOf = (key: typeof k1): string =>
  encodeKeyMaterial({ derivation: { kind: "raw" }, salt: new Uint8Array(8), publicKey: key.publicKey });

describe("a rotation", () => {
  test("is proven by a signature of the old key, over one step and over several", () => {
    const log = [rotated("prod", k1, k2), "any text", rotated("prod", k2, k3)];
    expect(provenRotation(log, "prod", printOf(k1), textOf(k2))).toEqual([]);
    expect(provenRotation(log, "prod", printOf(k1), textOf(k3))).toEqual([printOf(k2)]);
    expect(provenRotation(log, "prod", printOf(k2), textOf(k3))).toEqual([]);
  });

  test("is not proven backwards, for another domain, by another key or without the first step", () => {
    const log = [rotated("prod", k1, k2), rotated("prod", k2, k3)];
    expect(provenRotation(log, "prod", printOf(k2), textOf(k1))).toBeUndefined();
    expect(provenRotation(log, "dev", printOf(k1), textOf(k2))).toBeUndefined();
    expect(provenRotation(log, "prod", printOf(k4), textOf(k2))).toBeUndefined();
    expect(provenRotation(log.slice(1), "prod", printOf(k1), textOf(k3))).toBeUndefined();
    // Signed by the third key, whatever the entry says.
    const forged = rotated("prod", k3, k2).replace(textOf(k3), textOf(k1));
    expect(provenRotation([forged], "prod", printOf(k1), textOf(k2))).toBeUndefined();
    // Signed for another domain, with its name replaced.
    const renamed = rotated("dev", k1, k2).replace("domain dev", "domain prod");
    expect(provenRotation([renamed], "prod", printOf(k1), textOf(k2))).toBeUndefined();
  });

  test("with two signed successors proves neither, unless both lead to the wanted key", () => {
    const forked = [rotated("prod", k1, k2), rotated("prod", k1, k3)];
    expect(provenRotation(forked, "prod", printOf(k1), textOf(k2))).toBeUndefined();
    expect(provenRotation(forked, "prod", printOf(k1), textOf(k3))).toBeUndefined();
    const joined = [...forked, rotated("prod", k2, k4), rotated("prod", k3, k4)];
    expect(provenRotation(joined, "prod", printOf(k1), textOf(k4))).toEqual([printOf(k2)]);
    expect(provenRotation([...forked, rotated("prod", k3, k2)], "prod", printOf(k1), textOf(k2))).toEqual([]);
    // One that nobody signed is no successor.
    const noise = rotated("prod", k1, k3).replace(/.$/, "A");
    expect(provenRotation([rotated("prod", k1, k2), noise], "prod", printOf(k1), textOf(k2))).toEqual([]);
  });

  test("that goes round in a circle proves nothing, and ends", () => {
    const log = [rotated("prod", k1, k2), rotated("prod", k2, k1)];
    expect(provenRotation(log, "prod", printOf(k1), textOf(k3))).toBeUndefined();
  });

  test("is looked for in a bounded time, however many entries a stranger writes", () => {
    const signature = rotated("prod", k1, k2).slice(-88);
    const flood = Array.from({ length: 5_000 }, () => generatePrivateKey()).map(
      (key) => `${TIME}signed rotation of domain prod from ${textOf(k1)} to ${textOf(key)}: ${signature}`,
    );
    const start = processorTime();
    expect(
      provenRotation([...flood, rotated("prod", k1, k2)], "prod", printOf(k1), textOf(k2)),
    ).toBeUndefined();
    expect(processorTime() - start).toBeLessThan(10_000);
  });

  test("in which a key is not a key is passed over", () => {
    const small = encodePublicKey(new Uint8Array(32));
    const entry = (from: string, to: string): string =>
      `${TIME}signed rotation of domain prod from ${from} to ${to}: ${"A".repeat(86)}==`;
    expect(signedRotations([entry(small, textOf(k1)), entry("!".repeat(44), small)], "prod")).toEqual([]);
    expect(isProof(entry(small, small))).toBe(true);
  });

  test("of a domain is never taken for one of a domain with another name", () => {
    fc.assert(
      fc.property(domainName, domainName, (name, other) => {
        const log = [rotated(name, k1, k2)];
        expect(provenRotation(log, name, printOf(k1), textOf(k2))).toEqual([]);
        if (name !== other) expect(provenRotation(log, other, printOf(k1), textOf(k2))).toBeUndefined();
      }),
      { numRuns: 30 },
    );
    // A name that holds the words and a whole other proof.
    const name = rotated("prod", k1, k2).slice(TIME.length + "signed rotation of domain ".length);
    expect(provenRotation([rotated(name, k1, k2)], "prod", printOf(k1), textOf(k2))).toBeUndefined();
  });
});

describe("a grant", () => {
  const granted = (domain: string, key: typeof k1, owner: string, ownerKey: typeof k1): string =>
    TIME + grantProof(domain, key, owner, pwdkmOf(ownerKey));

  test("is proven for this domain, key, owner and owner's key alone", () => {
    const log = [granted("prod", k1, "bob", k2)];
    expect(provenGrant(log, "prod", textOf(k1), "bob", pwdkmOf(k2))).toBe(true);
    expect(provenGrant(log, "dev", textOf(k1), "bob", pwdkmOf(k2))).toBe(false);
    expect(provenGrant(log, "prod", textOf(k3), "bob", pwdkmOf(k2))).toBe(false);
    expect(provenGrant(log, "prod", textOf(k1), "bo", pwdkmOf(k2))).toBe(false);
    expect(provenGrant(log, "prod", textOf(k1), "bob", pwdkmOf(k3))).toBe(false);
    const renamed = log.map((entry) => entry.replace("to bob", "to eve"));
    expect(provenGrant(renamed, "prod", textOf(k1), "eve", pwdkmOf(k2))).toBe(false);
  });

  test("says the same under any of two splits of domain and owner only where both are the same", () => {
    // "a under KEY to b" as a domain's name and as the words around two names.
    const key = textOf(k1);
    const odd = granted(`a under ${key} to b`, k1, "c", k2);
    expect(provenGrant([odd], "a", key, "b", pwdkmOf(k2))).toBe(false);
    expect(provenGrant([odd], `a under ${key} to b`, key, "c", pwdkmOf(k2))).toBe(true);
  });
});

describe("what a store writes", () => {
  const store = sampleStore();
  const alice = unlocked(store, ALICE);
  const isGranted = ({ data }: KeyFile, domain: string, owner: string): boolean =>
    provenGrant(
      data.auditLog,
      domain,
      data.domains.get(domain)?.publicKey ?? "",
      owner,
      data.custodians.get(owner) ?? "",
    );
  const chain = (before: KeyFile, after: KeyFile, domain: string) =>
    provenRotation(
      after.data.auditLog,
      domain,
      domainFingerprint({ publicKey: before.data.domains.get(domain)?.publicKey ?? "" }),
      after.data.domains.get(domain)?.publicKey ?? "",
    );

  test("proves its first owner, a new owner, a migration and every owner after a rotation", () => {
    expect(isGranted(store, "dev", ALICE.name)).toBe(true);
    expect(isGranted(store, "dev", BOB.name)).toBe(true);
    expect(isGranted(store.migrateOwner(BOB.name, alice, NOW), "prod", BOB.name)).toBe(true);
    const after = store.rotateDomainKey("dev", alice, NOW);
    expect(chain(store, after, "dev")).toEqual([]);
    expect(isGranted(after, "dev", BOB.name)).toBe(true);
    expect(chain(store, after.rotateDomainKey("dev", alice, NOW), "dev")).toHaveLength(1);
  });

  test("proves a custodian's new key in every domain that the custodian owns", () => {
    for (const after of [
      store.setCustodianPassphrase(alice, "new", CHEAP, NOW),
      store.rekeyCustodian(alice, "new", CHEAP, NOW),
    ]) {
      expect(isGranted(after, "dev", ALICE.name)).toBe(true);
      expect(isGranted(after, "prod", ALICE.name)).toBe(true);
    }
  });

  test("leaves the given owners out of a rotation, and logs that", () => {
    const after = store.rotateDomainKey("dev", alice, NOW, [BOB.name, "nobody"]);
    expect([...(after.data.domains.get("dev")?.owners.keys() ?? [])]).toEqual([ALICE.name]);
    expect(after.data.auditLog).toContain(`${TIME}removed owner ${BOB.name} from dev`);
    expect(isGranted(after, "dev", BOB.name)).toBe(false);
  });

  test("keeps through a truncation what leads to present keys, and nothing of keys and owners that are gone", () => {
    const once = store.rotateDomainKey("dev", alice, NOW);
    const twice = once
      .removeOwner("dev", BOB.name, NOW)
      .rotateDomainKey("dev", alice, NOW)
      .removeDomain("prod", NOW);
    const cut = twice.truncateAuditLog(0);
    expect(chain(store, cut, "dev")).toHaveLength(1);
    expect(isGranted(cut, "dev", ALICE.name)).toBe(true);
    expect(cut.data.auditLog).toHaveLength(1 + 2 + 1);
    expect(neededProofs(cut.data).size).toBe(3);
    expect(KeyFile.parse(Buffer.from(cut.toString()), "store").data).toEqual(cut.data);
  });

  test("names a key that signed two successors, until a later rotation joins them", () => {
    const [ours, theirs] = [
      store.rotateDomainKey("dev", alice, NOW),
      store.rotateDomainKey("dev", alice, NOW),
    ];
    const merged = KeyFile.from({
      ...ours.data,
      auditLog: [...ours.data.auditLog, ...theirs.data.auditLog.filter(isProof).slice(3)],
    });
    expect(forkedKeys(merged.data)).toEqual([
      {
        domain: "dev",
        from: store.data.domains.get("dev")?.publicKey ?? "",
        successors: [ours, theirs].map(({ data }) => data.domains.get("dev")?.publicKey ?? ""),
      },
    ]);
    expect(forkedKeys(ours.data)).toEqual([]);
  });
});

test("the signed message is the kind and its parts, each after its length", () => {
  const part = (bytes: Uint8Array): Buffer => {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const message = Buffer.concat(
    [encodeUtf8("pprotect rotation v1"), encodeUtf8("prod"), k1.publicKey, k2.publicKey].map(part),
  );
  const signature = Buffer.from(xeddsaSign(new Uint8Array(32).fill(1), message)).toString("base64");
  const entry = `${TIME}signed rotation of domain prod from ${textOf(k1)} to ${textOf(k2)}: ${signature}`;
  expect(provenRotation([entry], "prod", printOf(k1), textOf(k2))).toEqual([]);
});
