import { afterAll, describe, expect, test } from "bun:test";
import { chmodSync } from "node:fs";
import { generateCharacters } from "../../src/cli/input/generated-value.ts";
import { readValueFile } from "../../src/cli/input/secret-value.ts";
import { readPassphraseFile } from "../../src/credentials/passphrase-file.ts";
import { takeBytes } from "../../src/crypto/bytes.ts";
import { deriveCustodianKey } from "../../src/crypto/key-derivation.ts";
import { generateRawPassphrase } from "../../src/crypto/raw-passphrase.ts";
import { open, seal } from "../../src/crypto/sealed-box.ts";
import { importPrivateKey } from "../../src/crypto/x25519/private-key.ts";
import { x25519Native } from "../../src/crypto/x25519/x25519-native.ts";
import { openDomainKey } from "../../src/store/domain.ts";
import { watchBuffers } from "../support/buffers.ts";
import { removeFolders, sandbox } from "../support/sandbox.ts";
import { ALICE, CHEAP, sampleStore, unlocked } from "../support/stores.ts";

afterAll(removeFolders);

const SECRET = ["a", "secret", "of", "many", "bytes", "7731"].join("-");
const BYTES = Buffer.from(SECRET);
const SALT = new Uint8Array(8).fill(7);
const RAW = { kind: "raw" } as const;

describe("no buffer that contained a secret contains it afterwards", () => {
  test("a passphrase file is read", () => {
    const box = sandbox(null);
    const file = box.write("pass", SECRET);
    chmodSync(file, 0o600);
    const seen = watchBuffers(() =>
      expect(readPassphraseFile(file, () => undefined)).toEqual({ passphrase: SECRET }),
    );
    expect([seen.heldThen(BYTES) > 0, seen.holdNow(BYTES)]).toEqual([true, 0]);
  });

  test("a value is read from a file, or made", () => {
    const file = sandbox(null).write("value", SECRET);
    const seen = watchBuffers(() => expect(readValueFile(file).value).toBe(SECRET));
    expect([seen.heldThen(BYTES) > 0, seen.holdNow(BYTES)]).toEqual([true, 0]);
    const drawn = watchBuffers(() => generateCharacters(40));
    expect(drawn.count).toBeGreaterThan(0);
    expect(drawn.holdNow(new Uint8Array(160))).toBe(drawn.count);
  });

  test("a key is derived, by Argon2id or straight", () => {
    for (const derivation of [CHEAP, RAW]) {
      let key: Uint8Array = new Uint8Array();
      const seen = watchBuffers(() => {
        key = deriveCustodianKey("name", SECRET, SALT, derivation).publicKey;
      });
      const bytes = deriveCustodianKey("name", SECRET, SALT, derivation).bytes();
      expect(importPrivateKey(bytes).publicKey).toEqual(key);
      expect([seen.heldThen(BYTES) > 0, seen.holdNow(BYTES)]).toEqual([true, 0]);
      expect([seen.heldThen(bytes) > 0, seen.holdNow(bytes)]).toEqual([true, 0]);
    }
  });

  test("a key is not derived, for want of memory", () => {
    const seen = watchBuffers(() => {
      expect(() =>
        deriveCustodianKey("name", SECRET, SALT, { kind: "argon2id", cost: { opslimit: 1, memlimit: 0 } }),
      ).toThrow();
    });
    expect([seen.heldThen(BYTES) > 0, seen.holdNow(BYTES)]).toEqual([true, 0]);
  });

  test("a raw key is generated", () => {
    let raw = "";
    const seen = watchBuffers(() => {
      raw = generateRawPassphrase();
    });
    expect(seen.count).toBeGreaterThan(0);
    expect(seen.holdNow(Buffer.from(raw.slice(1, -1), "hex"))).toBe(0);
    expect(seen.holdNow(Buffer.from(raw))).toBe(0);
  });

  test("a box is opened: the shared secret that its key comes of is gone", () => {
    // Libsodium opens whole boxes by itself.
    const owner = x25519Native.importKey(crypto.getRandomValues(new Uint8Array(32)));
    const box = seal(BYTES, owner.publicKey);
    const shared = owner.agree(box.subarray(0, 32));
    expect(open(box, { ...owner, agree: () => shared })).toEqual(new Uint8Array(BYTES));
    expect(shared).toEqual(new Uint8Array(32));
  });

  test("a library hands out bytes: they are moved, and its own overwritten", () => {
    const theirs = Buffer.from(SECRET);
    expect(Buffer.from(takeBytes(theirs)).toString()).toBe(SECRET);
    expect(theirs).toEqual(Buffer.alloc(theirs.length));
  });

  test("a store is unlocked, a secret read, one added and a domain rotated", () => {
    const store = sampleStore().addSecret("dev", "long", SECRET);
    let values = new Map<string, string>();
    const seen = watchBuffers(() => {
      const alice = unlocked(store, { ...ALICE });
      values = store.decryptDomain("dev", alice);
      store.addSecret("dev", "other", SECRET).rotateDomainKey("dev", alice);
    });
    expect(values.get("long")).toBe(SECRET);
    expect([seen.heldThen(BYTES) > 0, seen.holdNow(BYTES)]).toEqual([true, 0]);
    const passphrase = Buffer.from(ALICE.passphrase);
    expect([seen.heldThen(passphrase) > 0, seen.holdNow(passphrase)]).toEqual([true, 0]);
    const key = unlocked(store, ALICE).privateKey.bytes();
    expect([seen.heldThen(key) > 0, seen.holdNow(key)]).toEqual([true, 0]);
    const dev = store.data.domains.get("dev");
    const domainKey = dev && openDomainKey("dev", dev, unlocked(store, ALICE)).bytes();
    expect(domainKey && [seen.heldThen(domainKey) > 0, seen.holdNow(domainKey)]).toEqual([true, 0]);
  });
});
