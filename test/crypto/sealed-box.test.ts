import { describe, expect, test } from "bun:test";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { open, SEALED_BOX_OVERHEAD, seal, sealWith } from "../../src/crypto/sealed-box.ts";
import { generatePrivateKey, importPrivateKey } from "../../src/crypto/x25519/private-key.ts";
import { LowOrderPointError } from "../../src/crypto/x25519/x25519.ts";
import { x25519Native } from "../../src/crypto/x25519/x25519-native.ts";
import { x25519Noble } from "../../src/crypto/x25519/x25519-noble.ts";
import { ascending, hex, toHex, utf8 } from "../support/bytes.ts";
import { installedSodium } from "../support/sodium.ts";

/** The recipient's private key is the bytes 1 to 32. */
const RECIPIENT = importPrivateKey(ascending(1, 32));

/** Made with libsodium (PyNaCl 1.5.0) under the ephemeral key 33 to 64, so that they are always the same. */
const EPHEMERAL_PUBLIC = "5869aff450549732cbaaed5e5df9b30a6da31cb0e5742bad5ad4a1a768f1a67b";
const SEALED: readonly [text: Uint8Array, box: string][] = [
  [new Uint8Array(), "7ecacafa225a8543cfd0c882f37c33d9"],
  [utf8("hunter2"), "640aab9de410f81a523f4d4b79bf62ab2aadf07fe52c7e"],
  [
    utf8("z".repeat(65)),
    "e9d42493f3756cdd054f4868f3fc78e438a2e471fa24360d12ae809756b7be312f5fec44906e5cbfbddeaedd1150ba5f" +
      "f692e695d89a3330b0ee001709160d2510b4e61e82e00a8866d69b025b3393c546",
  ],
];

describe("opening", () => {
  test.each(SEALED)("reads what libsodium sealed, %#", (text, box) => {
    expect(toHex(open(hex(EPHEMERAL_PUBLIC + box), RECIPIENT))).toBe(toHex(text));
  });

  const sealed = hex(EPHEMERAL_PUBLIC + (SEALED[1]?.[1] ?? ""));

  test("fails for each single bit that is flipped", () => {
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const damaged = sealed.slice();
      damaged[bit >> 3] = (damaged[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(open(damaged, RECIPIENT)).toBeUndefined();
    }
  });

  test("fails at every length but the right one", () => {
    for (let length = 0; length < sealed.length; length++) {
      expect(open(sealed.slice(0, length), RECIPIENT)).toBeUndefined();
    }
    expect(open(new Uint8Array([...sealed, 0]), RECIPIENT)).toBeUndefined();
  });

  test("fails with another key", () => {
    expect(open(sealed, generatePrivateKey())).toBeUndefined();
  });

  test("fails for an ephemeral key of small order, which anyone could have sealed with", () => {
    expect(open(new Uint8Array(SEALED_BOX_OVERHEAD), RECIPIENT)).toBeUndefined();
  });
});

test("libsodium and JavaScript open the same boxes", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((plaintext) => seal(plaintext, RECIPIENT.publicKey)),
    fc
      .uint8Array({ maxLength: 300 })
      .map((plaintext) => sealWith(generatePrivateKey(), plaintext, RECIPIENT.publicKey)),
    // Whole keys of small order, too.
    fc.uint8Array({ minLength: 0, maxLength: 120 }),
    fc.uint8Array({ maxLength: 90 }).map((rest) => new Uint8Array([...new Uint8Array(32), ...rest])),
  );
  const change = fc.option(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { freq: 2 });
  const keys = [installedSodium(), x25519Native, x25519Noble].map((each) => each.importKey(ascending(1, 32)));
  fc.assert(
    fc.property(bytes, change, (sealed, changed) => {
      const box = sealed.slice();
      if (changed && box.length > 0) {
        const at = changed[0] % box.length;
        box[at] = (box[at] ?? 0) ^ changed[1];
      }
      const [first, ...others] = keys.map((key) => toHex(open(box, key)));
      for (const other of others) expect(other).toBe(first);
    }),
    { numRuns: 300 },
  );
});

describe("sealing", () => {
  test("takes no memory mapping of its own for each box", () => {
    // Only Linux lists them.
    const mappings = (): number =>
      existsSync("/proc/self/maps") ? readFileSync("/proc/self/maps", "utf8").split("\n").length : 0;
    seal(utf8("first"), RECIPIENT.publicKey);
    const before = mappings();
    for (let box = 0; box < 1_000; box++) seal(utf8("hunter2"), RECIPIENT.publicKey);
    expect(mappings() - before).toBeLessThan(500);
  });

  const text = fc.uint8Array({ maxLength: 300 });

  test("then opening gives the text back, to the byte", () => {
    fc.assert(
      fc.property(text, (plaintext) => {
        const key = generatePrivateKey();
        const sealed = seal(plaintext, key.publicKey);
        expect(sealed.length).toBe(plaintext.length + SEALED_BOX_OVERHEAD);
        expect(toHex(open(sealed, key))).toBe(toHex(plaintext));
      }),
      { numRuns: 100 },
    );
  });

  test("leaves the text as it was and never gives the same bytes twice", () => {
    const plaintext = utf8("hunter2");
    const boxes = new Set(Array.from({ length: 50 }, () => toHex(seal(plaintext, RECIPIENT.publicKey))));
    expect(boxes.size).toBe(50);
    expect(toHex(plaintext)).toBe(toHex(utf8("hunter2")));
  });

  // The nonce and the key are both functions of the ephemeral key, so a nonce comes back only where that does.
  test("never uses a nonce twice: each box has its own new ephemeral key", () => {
    const recipients = [RECIPIENT, generatePrivateKey()];
    const ephemeral = new Set<string | undefined>();
    for (let i = 0; i < 500; i++) {
      const recipient = recipients[i % 2]?.publicKey ?? new Uint8Array();
      ephemeral.add(toHex(seal(utf8("hunter2"), recipient).subarray(0, 32)));
    }
    expect(ephemeral.size).toBe(500);
  });

  test("to a point of small order is refused", () => {
    expect(() => seal(utf8("x"), new Uint8Array(32))).toThrow(LowOrderPointError);
  });
});
