import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { argon2id } from "../../../src/crypto/argon2id/argon2id.ts";
import { argon2idAddon } from "../../../src/crypto/argon2id/argon2id-addon.ts";
import type { Argon2idParameters } from "../../../src/crypto/argon2id/argon2id-engine.ts";
import { argon2idNoble } from "../../../src/crypto/argon2id/argon2id-noble.ts";
import { argon2idRuntime } from "../../../src/crypto/argon2id/argon2id-runtime.ts";
import { ascending, hex, toHex, utf8 } from "../../support/bytes.ts";

const implementations = [argon2idAddon, argon2idRuntime, argon2idNoble];

function parameters(
  password: Uint8Array,
  salt: Uint8Array,
  passes: number,
  memoryKib: number,
): Argon2idParameters {
  return { password, salt, passes, memoryKib, length: 32 };
}

/** The first is of the reference implementation's own test suite (phc-winner-argon2, src/test.c); the others are libsodium's. */
const VECTORS: readonly [Argon2idParameters, string][] = [
  [
    parameters(utf8("password"), utf8("somesalt"), 2, 256),
    "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
  ],
  [
    parameters(utf8("password"), utf8("somesaltsomesalt"), 1, 8),
    "05b6ca8f8038b683887ad4916533858b49cb52040126c134f4c6e9d8711b8c09",
  ],
  [
    parameters(utf8("password"), utf8("somesaltsomesalt"), 2, 64),
    "1a98fba8e6394425c9bdc333a9c750aaf811df070f5fb4a5788e1cf4db5793a1",
  ],
  [
    parameters(ascending(0, 64), ascending(0, 16), 3, 256),
    "fbd4d7d72d5b800354bf6247a1389dc3e9f70b2b2b1fd01377c9579686835bc8",
  ],
  [
    parameters(new Uint8Array(), new Uint8Array(16), 4, 1024),
    "32dd5832d8c2f20b05df8e895f08d66c34d7e75be524dc3f2a490b25ff1f8f18",
  ],
  [
    parameters(utf8("differentpassword"), hex("6469666673616c740000000000000000"), 2, 1024),
    "f65014a58bdd5bfeddfe37fdef7983fa1afbd663e7111f31e4bafab7e5cb39c3",
  ],
];

describe.each(implementations)("Argon2id, $name", ({ derive }) => {
  test.each(VECTORS)("known answer %#", (input, expected) => {
    expect(toHex(derive(input))).toBe(expected);
  });
});

test("the reference implementation's vector of 64 MiB, native", () => {
  const input = parameters(utf8("password"), utf8("somesalt"), 2, 65536);
  const expected = "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7";
  expect(toHex(argon2idAddon.derive(input))).toBe(expected);
  expect(toHex(argon2idRuntime.derive(input))).toBe(expected);
});

test("all three give the same bytes for any input", () => {
  const inputs = fc.record({
    password: fc.uint8Array({ maxLength: 80 }),
    salt: fc.uint8Array({ minLength: 16, maxLength: 16 }),
    passes: fc.integer({ min: 1, max: 3 }),
    memoryKib: fc.integer({ min: 8, max: 70 }),
    length: fc.constant(32),
  });
  fc.assert(
    fc.property(inputs, (input) => {
      const [first, ...others] = implementations.map(({ derive }) => toHex(derive(input)));
      expect(first).toHaveLength(64);
      for (const other of others) expect(other).toBe(first);
    }),
    { numRuns: 25 },
  );
});

test("the implementation in use gives the known answer", () => {
  for (const [input, expected] of VECTORS) expect(toHex(argon2id(input))).toBe(expected);
});
