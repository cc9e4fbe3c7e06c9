import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { generatePrivateKey, importPrivateKey } from "../../../src/crypto/x25519/private-key.ts";
import { isLowOrderPoint, LowOrderPointError } from "../../../src/crypto/x25519/x25519.ts";
import { x25519Native } from "../../../src/crypto/x25519/x25519-native.ts";
import { x25519Noble } from "../../../src/crypto/x25519/x25519-noble.ts";
import { hex, toHex } from "../../support/bytes.ts";
import { installedSodium } from "../../support/sodium.ts";

const implementations = [
  ["native", x25519Native],
  ["javascript", x25519Noble],
  ["libsodium", installedSodium()],
] as const;

/** RFC 7748 §5.2: scalar, u-coordinate, result. The second u has its top bit set, which must be ignored. */
const SCALAR_MULTIPLICATIONS = [
  [
    "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
  ],
  [
    "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
    "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
    "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957",
  ],
] as const;

/** RFC 7748 §6.1. */
const DIFFIE_HELLMAN = {
  alicePrivate: "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a",
  alicePublic: "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a",
  bobPrivate: "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb",
  bobPublic: "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f",
  shared: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
};

/** Points of small order in every spelling that 32 bytes have for them, top bit and unreduced forms included. */
const LOW_ORDER = [
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
  "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
].flatMap((point) => [point, withTopBit(point)]);

function withTopBit(point: string): string {
  const bytes = hex(point);
  bytes[31] = (bytes[31] ?? 0) | 0x80;
  return toHex(bytes) ?? "";
}

describe.each(implementations)("X25519, %s", (_, { importKey }) => {
  test.each(SCALAR_MULTIPLICATIONS)("RFC 7748 §5.2: %s", (scalar, u, result) => {
    expect(toHex(importKey(hex(scalar)).agree(hex(u)))).toBe(result);
  });

  test("RFC 7748 §5.2: a thousand rounds", () => {
    let k = hex(`09${"00".repeat(31)}`);
    let u = k;
    for (let round = 0; round < 1000; round++) [k, u] = [importKey(k).agree(u), k];
    expect(toHex(k)).toBe("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
  });

  test("RFC 7748 §6.1: both sides agree", () => {
    const { alicePrivate, alicePublic, bobPrivate, bobPublic, shared } = DIFFIE_HELLMAN;
    const alice = importKey(hex(alicePrivate));
    const bob = importKey(hex(bobPrivate));
    expect(toHex(alice.publicKey)).toBe(alicePublic);
    expect(toHex(bob.publicKey)).toBe(bobPublic);
    expect(toHex(alice.agree(hex(bobPublic)))).toBe(shared);
    expect(toHex(bob.agree(hex(alicePublic)))).toBe(shared);
  });

  test.each(LOW_ORDER)("refuses the point of small order %s", (point) => {
    const key = importKey(hex(DIFFIE_HELLMAN.alicePrivate));
    expect(() => key.agree(hex(point))).toThrow(LowOrderPointError);
  });

  test("keeps a key of its own: wiping the caller's bytes, or what it gives out, changes nothing", () => {
    const bytes = hex(DIFFIE_HELLMAN.alicePrivate);
    const key = importKey(bytes);
    bytes.fill(0);
    key.bytes().fill(0);
    expect(toHex(key.bytes())).toBe(DIFFIE_HELLMAN.alicePrivate);
    expect(toHex(key.agree(hex(DIFFIE_HELLMAN.bobPublic)))).toBe(DIFFIE_HELLMAN.shared);
  });
});

const keyBytes = fc.uint8Array({ minLength: 32, maxLength: 32 });

test("all implementations give the same bytes for any two keys", () => {
  fc.assert(
    fc.property(keyBytes, keyBytes, (secret, peer) => {
      fc.pre(!isLowOrderPoint(peer));
      const [first, ...others] = implementations.map(([, { importKey }]) => importKey(secret));
      for (const other of others) {
        expect(toHex(other.publicKey)).toBe(toHex(first?.publicKey));
        expect(toHex(other.agree(peer))).toBe(toHex(first?.agree(peer)));
        expect(other.bytes()).toEqual(secret);
      }
    }),
    { numRuns: 100 },
  );
});

test("no honest public key is taken for a point of small order", () => {
  for (let i = 0; i < 100; i++) expect(isLowOrderPoint(generatePrivateKey().publicKey)).toBe(false);
});

test("generated keys differ", () => {
  expect(toHex(generatePrivateKey().bytes())).not.toBe(toHex(generatePrivateKey().bytes()));
});

test("the implementation in use gives what both give", () => {
  const key = importPrivateKey(hex(DIFFIE_HELLMAN.alicePrivate));
  expect(toHex(key.publicKey)).toBe(DIFFIE_HELLMAN.alicePublic);
});
