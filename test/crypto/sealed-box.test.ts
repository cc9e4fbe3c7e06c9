import { describe, expect, test } from "bun:test";
import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { blake2b } from "@noble/hashes/blake2.js";
import fc from "fast-check";
import { generatePrivateKey, importPrivateKey } from "../../src/crypto/private-key.ts";
import { open, SEALED_BOX_OVERHEAD, seal } from "../../src/crypto/sealed-box.ts";
import { LowOrderPointError } from "../../src/crypto/x25519.ts";
import { ascending, hex, toHex, utf8 } from "../support/bytes.ts";

/** NaCl's own test of `crypto_box` (nacl-20110221, tests/box.c and core1.c): alice and bob are those of RFC 7748 §6.1. */
const NACL = {
  shared: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
  firstKey: "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389",
  nonce: "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37",
  text:
    "be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c6129" +
    "6cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde" +
    "048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705",
  box:
    "f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186a" +
    "c0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae" +
    "90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74" +
    "e355a5",
};

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

describe("the primitives, held against NaCl's own vectors", () => {
  test("HSalsa20 makes the box key of the shared secret", () => {
    const words = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer);
    const key = new Uint32Array(8);
    hsalsa(words(utf8("expand 32-byte k")), words(hex(NACL.shared)), new Uint32Array(4), key);
    expect(toHex(new Uint8Array(key.buffer))).toBe(NACL.firstKey);
  });

  test("XSalsa20-Poly1305 seals and opens, the tag first", () => {
    const cipher = xsalsa20poly1305(hex(NACL.firstKey), hex(NACL.nonce));
    expect(toHex(cipher.encrypt(hex(NACL.text)))).toBe(NACL.box);
    expect(toHex(cipher.decrypt(hex(NACL.box)))).toBe(NACL.text);
  });

  test("BLAKE2b-192 is parameterised by its length, not cut", () => {
    expect(toHex(blake2b(utf8("abc"), { dkLen: 24 }))).toBe(
      "56a17e38cc371a46b12c32f18e0c61de2a84e9c2555b114e",
    );
  });
});

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

describe("sealing", () => {
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

  test("to a point of small order is refused", () => {
    expect(() => seal(utf8("x"), new Uint8Array(32))).toThrow(LowOrderPointError);
  });
});
