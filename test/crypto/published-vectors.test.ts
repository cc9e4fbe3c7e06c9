import { describe, expect, test } from "bun:test";
import * as nodeCrypto from "node:crypto";
import { poly1305 } from "@noble/ciphers/_poly1305.js";
import { hsalsa, xsalsa20, xsalsa20poly1305 } from "@noble/ciphers/salsa.js";
import { argon2id } from "@noble/hashes/argon2.js";
import { blake2b } from "@noble/hashes/blake2.js";
import { sha512 as nobleSha512, sha256 } from "@noble/hashes/sha2.js";
import { concatBytes } from "../../src/crypto/bytes.ts";
import { sha512 } from "../../src/crypto/sha512.ts";
import { hex, toHex, utf8 } from "../support/bytes.ts";

/**
 * The primitives below ours, each against the vectors that its authors published. X25519 has a file of its own;
 * the form of Argon2id that is used here, with one lane and nothing secret beside the passphrase, too.
 */

describe("SHA-512, FIPS 180-4 (NIST's examples)", () => {
  test.each([
    [
      "abc",
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a" +
        "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
    ],
    [
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018" +
        "501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909",
    ],
  ])("of %s", (text, digest) => {
    expect(toHex(sha512(utf8(text)))).toBe(digest);
    expect(toHex(nobleSha512(utf8(text)))).toBe(digest);
  });
});

describe("BLAKE2b, RFC 7693", () => {
  test("appendix A: of abc", () => {
    expect(toHex(blake2b(utf8("abc")))).toBe(
      "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d1" +
        "7d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
    );
  });

  test("appendix E: the self-test over lengths of digest, input and key", () => {
    const digests: Uint8Array[] = [];
    for (const length of [20, 32, 48, 64]) {
      for (const size of [0, 3, 128, 129, 255, 1024]) {
        const input = selftestBytes(size, size);
        digests.push(blake2b(input, { dkLen: length }));
        digests.push(blake2b(input, { dkLen: length, key: selftestBytes(length, length) }));
      }
    }
    expect(toHex(blake2b(concatBytes(...digests), { dkLen: 32 }))).toBe(
      "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475",
    );
  });
});

/** RFC 7693, appendix E: the Fibonacci generator `selftest_seq`. */
function selftestBytes(length: number, seed: number): Uint8Array {
  let a = Math.imul(0xdead4bad, seed) >>> 0;
  let b = 1;
  return Uint8Array.from({ length }, () => {
    [a, b] = [b, (a + b) >>> 0];
    return b >>> 24;
  });
}

describe("Argon2id, RFC 9106 §5.3: four lanes, a secret and associated data", () => {
  const password = new Uint8Array(32).fill(1);
  const salt = new Uint8Array(16).fill(2);
  const secret = new Uint8Array(8).fill(3);
  const data = new Uint8Array(12).fill(4);
  const tag = "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659";

  test("in JavaScript", () => {
    const options = { t: 3, m: 32, p: 4, dkLen: 32, key: secret, personalization: data };
    expect(toHex(argon2id(password, salt, options))).toBe(tag);
  });

  // The addon takes no associated data: test/crypto/argon2id/argon2id.test.ts holds it against both of these.
  test("of the runtime", () => {
    const { argon2Sync } = nodeCrypto as unknown as {
      argon2Sync(algorithm: string, options: Record<string, unknown>): Uint8Array;
    };
    const costs = { parallelism: 4, tagLength: 32, memory: 32, passes: 3 };
    const input = { message: password, nonce: salt, secret, associatedData: data };
    expect(toHex(argon2Sync("argon2id", { ...costs, ...input }))).toBe(tag);
  });
});

/** nacl-20110221, tests: core1.c to core4.c, stream.c, onetimeauth.c, secretbox.c. */
const NACL = {
  shared: "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742",
  firstKey: "1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389",
  noncePrefix: "69696ee955b62b73cd62bda875fc73d6",
  nonce: "69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37",
  secondKey: "dc908dda0b9344a953629b733820778880f3ceb421bb61b91cbd4c3e66256ce4",
  streamSha256: "662b9d0e3463029156069b12f918691a98f7dfb2ca0393c96bbfc6b1fbd630a2",
  authKey: "eea6a7251c1e72916d11c2cb214d3c252539121d8e234e652d651fa4c8cff880", // pprotect:allow published with NaCl
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

describe("NaCl's own tests", () => {
  const words = (bytes: Uint8Array): Uint32Array => new Uint32Array(bytes.slice().buffer);
  const sigma = words(utf8("expand 32-byte k"));
  const hsalsa20 = (key: Uint8Array, input: Uint8Array): string | undefined => {
    const out = new Uint32Array(8);
    hsalsa(sigma, words(key), words(input), out);
    return toHex(new Uint8Array(out.buffer));
  };

  test("HSalsa20: core1.c and core2.c", () => {
    expect(hsalsa20(hex(NACL.shared), new Uint8Array(16))).toBe(NACL.firstKey);
    expect(hsalsa20(hex(NACL.firstKey), hex(NACL.noncePrefix))).toBe(NACL.secondKey);
  });

  test("XSalsa20: stream.c, four megabytes of it", () => {
    const stream = xsalsa20(hex(NACL.firstKey), hex(NACL.nonce), new Uint8Array(4 * 1024 * 1024));
    expect(toHex(sha256(stream))).toBe(NACL.streamSha256);
  });

  test("Poly1305: onetimeauth.c, and RFC 8439 §2.5.2", () => {
    expect(toHex(poly1305(hex(NACL.box.slice(32)), hex(NACL.authKey)))).toBe(NACL.box.slice(0, 32));
    const key = hex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
    expect(toHex(poly1305(utf8("Cryptographic Forum Research Group"), key))).toBe(
      "a8061dc1305136c6c22b8baf0c0127a9",
    );
  });

  test("XSalsa20-Poly1305: secretbox.c and box.c, sealed and opened, the tag first", () => {
    const cipher = xsalsa20poly1305(hex(NACL.firstKey), hex(NACL.nonce));
    expect(toHex(cipher.encrypt(hex(NACL.text)))).toBe(NACL.box);
    expect(toHex(cipher.decrypt(hex(NACL.box)))).toBe(NACL.text);
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
  expect(toHex(poly1305(hex(text), key))).toBe(tag.padEnd(32, "0"));
});
