import { describe, expect, test } from "bun:test";
import { poly1305 as noblePoly1305 } from "@noble/ciphers/_poly1305.js";
import { hsalsa, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { blake2b } from "@noble/hashes/blake2.js";
import fc from "fast-check";
import { blake2bOfBlock } from "../../../src/crypto/secretbox/blake2b.ts";
import { poly1305 } from "../../../src/crypto/secretbox/poly1305.ts";
import { hsalsa20 } from "../../../src/crypto/secretbox/salsa20.ts";
import { openSecretbox, sealSecretbox } from "../../../src/crypto/secretbox/secretbox.ts";
import { hex, toHex } from "../../support/bytes.ts";

function bytes(length: number): fc.Arbitrary<Uint8Array> {
  // Extreme bytes are where carries go wrong.
  const byte = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 0xfb, 0xfc, 0xff));
  return fc.array(byte, { minLength: length, maxLength: length }).map((all) => Uint8Array.from(all));
}
const message = fc.integer({ min: 0, max: 300 }).chain(bytes);

const SIGMA = new Uint32Array([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574]);

describe("the same as noble's", () => {
  test("HSalsa20", () => {
    fc.assert(
      fc.property(bytes(32), bytes(16), (key, input) => {
        const derived = new Uint32Array(8);
        hsalsa(SIGMA, new Uint32Array(key.buffer), new Uint32Array(input.buffer), derived);
        expect(hsalsa20(key, input)).toEqual(new Uint8Array(derived.buffer));
      }),
    );
  });

  test("secretbox", () => {
    fc.assert(
      fc.property(bytes(32), bytes(24), message, (key, nonce, plaintext) => {
        const box = sealSecretbox(key, nonce, plaintext);
        expect(box).toEqual(xsalsa20poly1305(key, nonce).encrypt(plaintext));
        expect(openSecretbox(key, nonce, box)).toEqual(plaintext);
      }),
    );
  });
  test("Poly1305", () => {
    fc.assert(
      fc.property(bytes(32), message, (key, text) => {
        expect(poly1305(key, text)).toEqual(noblePoly1305(text, key));
      }),
      { numRuns: 2000 },
    );
  });
  test("BLAKE2b", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 128 }).chain(bytes),
        fc.integer({ min: 1, max: 64 }),
        (input, length) => {
          expect(blake2bOfBlock(input, length)).toEqual(blake2b(input, { dkLen: length }));
        },
      ),
      { numRuns: 500 },
    );
  });
});

// Numbers at which the reduction goes wrong: RFC 8439, appendix A.3, vectors 7 to 11.
test.each([
  ["0200", "", "ffffffffffffffffffffffffffffffff", "0300"],
  ["0200", "ffffffffffffffffffffffffffffffff", "02000000000000000000000000000000", "0300"],
  [
    "0100",
    "",
    "fffffffffffffffffffffffffffffffff0ffffffffffffffffffffffffffffff11000000000000000000000000000000",
    "0500",
  ],
  [
    "0100",
    "",
    "fffffffffffffffffffffffffffffffffbfefefefefefefefefefefefefefefe01010101010101010101010101010101",
    "00",
  ],
  ["0200", "", "fdffffffffffffffffffffffffffffff", "faffffffffffffffffffffffffffffff"],
])("Poly1305 with r = %s and s = %s of %s", (r, s, text, tag) => {
  const key = hex(r.padEnd(32, "0") + s.padEnd(32, "0"));
  expect(toHex(poly1305(key, hex(text)))).toBe(tag.padEnd(32, "0"));
  expect(toHex(noblePoly1305(hex(text), key))).toBe(tag.padEnd(32, "0"));
});

test("a box that is cut off or longer, or of which a bit is flipped, does not open", () => {
  const [key, nonce] = [new Uint8Array(32).fill(1), new Uint8Array(24).fill(2)];
  const box = sealSecretbox(key, nonce, new Uint8Array(70).fill(3));
  for (let length = 0; length < box.length; length++)
    expect(openSecretbox(key, nonce, box.slice(0, length))).toBeUndefined();
  expect(openSecretbox(key, nonce, new Uint8Array([...box, 0]))).toBeUndefined();
  for (let bit = 0; bit < 8 * box.length; bit++) {
    const damaged = box.with(bit >> 3, (box[bit >> 3] ?? 0) ^ (1 << (bit & 7)));
    expect(openSecretbox(key, nonce, damaged)).toBeUndefined();
  }
});
