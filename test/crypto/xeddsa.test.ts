import { describe, expect, test } from "bun:test";
import { ed25519, x25519 } from "@noble/curves/ed25519.js";
import fc from "fast-check";
import { multipleByNoble, multipleOfBase } from "../../src/crypto/ed25519-base.ts";
import { xeddsaSign, xeddsaVerify } from "../../src/crypto/xeddsa.ts";
import { hex, toHex, utf8 } from "../support/bytes.ts";

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const message = fc.uint8Array({ maxLength: 300 });
const ORDER = ed25519.Point.Fn.ORDER;

describe("XEdDSA", () => {
  // libsignal-protocol-c and curve25519-java: xeddsa_fast_test, whose random bytes are zeros.
  test("gives the signature that Signal's own test expects", () => {
    const privateKey = new Uint8Array(32).with(8, 189).with(31, 64);
    const text = new Uint8Array(200);
    const signature = hex(
      "11c7f3e6c4df9e8a5150e1db3b30f92de3a3b3aa438656545fa7390f4bcc7bb2" +
        "6c431d9e90643e4f0eaa0e9c557766fa69ada576d63dcaf2ac326c11d0b97702",
    );
    expect(toHex(xeddsaSign(privateKey, text, new Uint8Array(64)))).toBe(toHex(signature) as string);
    expect(xeddsaVerify(x25519.getPublicKey(privateKey), text, signature)).toBe(true);
    expect(xeddsaVerify(x25519.getPublicKey(privateKey), text, signature.with(0, 0x10))).toBe(false);
  });

  // libsignal, CurveTest: that scheme carries the sign of the key in the signature's top bit instead of making it 0.
  test("of libsignal's CurveTest verifies as Ed25519 with that sign, and is not canonical here", () => {
    const identity = hex("ab7e717d4a163b7d9a1d8071dfe9dcf8cdcd1cea3339b6356be84d887e322c64");
    const ephemeral = hex("05edce9d9c415ca78cb7252e72c2c4a554d3eb29485a0e1d503118d1a82d99fb4a");
    const signature = hex(
      "5de88ca9a89b4a115da79109c67c9c7464a3e4180274f1cb8c63c2984e286dfb" +
        "ede82deb9dcd9fae0bfbb821569b3d9001bd8130cd11d486cef047bd60b86e88",
    );
    expect(xeddsaVerify(identity, ephemeral, signature)).toBe(false);
    const edwards = convertMont(identity).with(31, (convertMont(identity)[31] ?? 0) | 0x80);
    const reduced = signature.with(63, (signature[63] ?? 0) & 0x7f);
    expect(ed25519.verify(reduced, ephemeral, edwards, { zip215: false })).toBe(true);
  });

  test("verifies what it signed, with the key's X25519 public key and with Ed25519 on the converted one", () => {
    fc.assert(
      fc.property(key, message, (privateKey, text) => {
        const publicKey = x25519.getPublicKey(privateKey);
        const signature = xeddsaSign(privateKey, text);
        expect(signature).toHaveLength(64);
        expect(xeddsaVerify(publicKey, text, signature)).toBe(true);
        expect(ed25519.verify(signature, text, convertMont(publicKey), { zip215: false })).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  test("takes the same multiples of the base point from libsodium and in JavaScript", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: ORDER - 1n }), (scalar) => {
        expect(toHex(multipleOfBase(scalar))).toBe(toHex(multipleByNoble(scalar)) as string);
      }),
      { numRuns: 40, examples: [[1n], [2n], [ORDER - 1n]] },
    );
    for (const none of [0n, ORDER]) {
      expect(() => multipleOfBase(none)).toThrow();
      expect(() => multipleByNoble(none)).toThrow();
    }
  });

  test("is another signature each time, and never of another message or key", () => {
    fc.assert(
      fc.property(key, key, message, message, (privateKey, other, text, otherText) => {
        const signature = xeddsaSign(privateKey, text);
        expect(toHex(xeddsaSign(privateKey, text))).not.toBe(toHex(signature) as string);
        const publicKey = x25519.getPublicKey(privateKey);
        if (toHex(text) !== toHex(otherText))
          expect(xeddsaVerify(publicKey, otherText, signature)).toBe(false);
        const otherKey = x25519.getPublicKey(other);
        if (toHex(otherKey) !== toHex(publicKey)) expect(xeddsaVerify(otherKey, text, signature)).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  test("fails with any bit of the signature, the key or the message turned", () => {
    const privateKey = new Uint8Array(32).fill(7);
    const publicKey = x25519.getPublicKey(privateKey);
    const text = utf8("pprotect");
    const signature = xeddsaSign(privateKey, text);
    const flipped = (bytes: Uint8Array, bit: number) =>
      bytes.with(bit >> 3, (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
    for (let bit = 0; bit < 512; bit++)
      expect(xeddsaVerify(publicKey, text, flipped(signature, bit))).toBe(false);
    for (let bit = 0; bit < 256; bit++)
      expect(xeddsaVerify(flipped(publicKey, bit), text, signature)).toBe(false);
    for (let bit = 0; bit < 64; bit++)
      expect(xeddsaVerify(publicKey, flipped(text, bit), signature)).toBe(false);
  });

  test("refuses what is malformed", () => {
    const privateKey = new Uint8Array(32).fill(9);
    const publicKey = x25519.getPublicKey(privateKey);
    const text = utf8("x");
    const signature = xeddsaSign(privateKey, text);
    expect(xeddsaVerify(publicKey, text, signature.subarray(0, 63))).toBe(false);
    expect(xeddsaVerify(publicKey.subarray(0, 31), text, signature)).toBe(false);
    const s = BigInt(`0x${toHex(signature.slice(32).reverse())}`) + ORDER;
    const unreduced = new Uint8Array([
      ...signature.subarray(0, 32),
      ...hex(s.toString(16).padStart(64, "0")).reverse(),
    ]);
    expect(xeddsaVerify(publicKey, text, unreduced)).toBe(false);
    // 0, 1 and points of order 8; p and what is above it; all with a signature that a careless verifier takes.
    const forged = new Uint8Array([1, ...new Uint8Array(63)]);
    for (const u of [
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "f6ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "0900000000000000000000000000000000000000000000000000000000000080",
    ]) {
      expect(xeddsaVerify(hex(u), text, forged)).toBe(false);
      expect(xeddsaVerify(hex(u), text, signature)).toBe(false);
    }
    expect(() => xeddsaSign(privateKey.subarray(1), text)).toThrow("32 bytes");
    expect(() => xeddsaSign(privateKey, text, new Uint8Array(32))).toThrow("64 random bytes");
  });
});

/** The Edwards form of an X25519 public key with sign bit 0. */
function convertMont(publicKey: Uint8Array): Uint8Array {
  const { Fp } = ed25519.Point;
  const u = Fp.fromBytes(publicKey);
  return Fp.toBytes(Fp.div(Fp.sub(u, Fp.ONE), Fp.add(u, Fp.ONE)));
}
