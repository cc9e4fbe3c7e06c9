import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { decodeUtf8, encodeUtf8 } from "../../src/common/utf8.ts";
import { base64Length, decodeBase64, encodeBase64 } from "../../src/crypto/base64.ts";
import { concatBytes, equalBytes, randomBytes, wipe } from "../../src/crypto/bytes.ts";
import { generateRawPassphrase, isRawPassphrase } from "../../src/crypto/raw-passphrase.ts";
import { toHex } from "../support/bytes.ts";

describe("base64", () => {
  test("of RFC 4648 §10", () => {
    const vectors = { "": "", f: "Zg==", fo: "Zm8=", foo: "Zm9v", foob: "Zm9vYg==", foobar: "Zm9vYmFy" };
    for (const [text, encoded] of Object.entries(vectors)) {
      expect(encodeBase64(encodeUtf8(text))).toBe(encoded);
      expect(toHex(decodeBase64(encoded))).toBe(Buffer.from(text).toString("hex"));
    }
  });

  test("gives back any bytes, and the same for a part of a larger buffer", () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(toHex(decodeBase64(encodeBase64(bytes)))).toBe(toHex(bytes));
        expect(encodeBase64(concatBytes(new Uint8Array(3), bytes).subarray(3))).toBe(encodeBase64(bytes));
      }),
    );
  });

  test.each([
    "Zg",
    "Zg=",
    "Zh==",
    "Zg===",
    "Zg==\n",
    " Zg==",
    "Z g==",
    "Zm-_",
    "Zm9v=",
    "=",
    "é",
    "Zm9vZg==Zg==",
  ])("has one spelling only: %p is none", (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  });

  test("has a length without decoding, unless it cannot be decoded", () => {
    const nearlyBase64 = fc.string({
      unit: fc.constantFrom("A", "B", "Q", "g", "w", "E", "/", "+", "=", "\n", "-"),
    });
    fc.assert(
      fc.property(fc.oneof(nearlyBase64, fc.uint8Array().map(encodeBase64)), (text) => {
        expect(base64Length(text)).toBe(decodeBase64(text)?.length);
      }),
      { numRuns: 5000 },
    );
    expect(base64Length("A".repeat(4_000_000))).toBe(3_000_000);
  });
});

describe("UTF-8", () => {
  test("gives back any text, a byte order mark included", () => {
    for (const text of ["", "é🎲漢字", "\ufeffx", "\0"]) expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  });

  test.each([[[0xff]], [[0xc0, 0x80]], [[0xed, 0xa0, 0x80]], [[0xf4, 0x90, 0x80, 0x80]], [[0xe2, 0x82]]])(
    "refuses %p",
    (bytes) => {
      expect(decodeUtf8(new Uint8Array(bytes))).toBeUndefined();
    },
  );
});

describe("raw passphrases", () => {
  test("are P, 64 lower-case hexadecimal digits, P", () => {
    const generated = generateRawPassphrase();
    expect(generated).toMatch(/^P[0-9a-f]{64}P$/);
    expect(isRawPassphrase(generated)).toBe(true);
    expect(generateRawPassphrase()).not.toBe(generated);
  });

  test.each([
    "",
    "P",
    `P${"a".repeat(63)}P`,
    `P${"a".repeat(65)}P`,
    `P${"A".repeat(64)}P`,
    `p${"a".repeat(64)}p`,
  ])("%p is none", (text) => {
    expect(isRawPassphrase(text)).toBe(false);
  });

  test("with anything around them are none", () => {
    const good = `P${"a".repeat(64)}P`;
    for (const text of [`${good}\n`, ` ${good}`, `${good}x`]) expect(isRawPassphrase(text)).toBe(false);
  });
});

describe("byte strings", () => {
  test("are equal when every byte is", () => {
    const bytes = randomBytes(32);
    expect(equalBytes(bytes, bytes.slice())).toBe(true);
    expect(equalBytes(bytes, bytes.subarray(1))).toBe(false);
    for (let i = 0; i < bytes.length; i++) {
      const other = bytes.slice();
      other[i] = (other[i] ?? 0) ^ 1;
      expect(equalBytes(bytes, other)).toBe(false);
    }
  });

  test("are wiped in place", () => {
    const one = randomBytes(16);
    const two = randomBytes(3);
    wipe(one, two);
    expect([...one, ...two].every((byte) => byte === 0)).toBe(true);
  });
});
