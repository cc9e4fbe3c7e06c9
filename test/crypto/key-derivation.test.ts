import { describe, expect, test } from "bun:test";
import {
  costProblem,
  deriveCustodianKey,
  FAST_COST,
  HARD_COST,
  MAX_MEMLIMIT,
  MIN_MEMLIMIT,
} from "../../src/crypto/key-derivation.ts";
import { decodeKeyMaterial } from "../../src/store/format/key-material.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { toHex } from "../support/bytes.ts";
import { interopStores } from "../support/fixtures.ts";

describe("a custodian's key from the passphrase", () => {
  const custodians = interopStores().flatMap(({ name: store, bytes, passphrases }) =>
    [...KeyFile.parse(bytes, store).data.custodians]
      .filter(([custodian]) => passphrases[custodian] !== undefined)
      // Costs of the Python program are tried once each; `names` and `wide` repeat the cheapest.
      .slice(0, 4)
      .map(([custodian, pwdkm]) => ({ store, custodian, pwdkm, passphrase: passphrases[custodian] ?? "" })),
  );

  test.each(custodians)("is the Python program's: $store, $custodian", ({ custodian, pwdkm, passphrase }) => {
    const { derivation, salt, publicKey } = decodeKeyMaterial(pwdkm);
    const key = deriveCustodianKey(custodian, passphrase, salt, derivation);
    expect(toHex(key.publicKey)).toBe(toHex(publicKey));
  });

  test("depends on the name, the passphrase and the salt", () => {
    const salt = new Uint8Array(8);
    const key = (name: string, passphrase: string, with_: Uint8Array): string | undefined =>
      toHex(deriveCustodianKey(name, passphrase, with_, { kind: "raw" }).bytes());
    const keys = [
      key("a", "p", salt),
      key("b", "p", salt),
      key("a", "q", salt),
      key("a", "p", new Uint8Array(8).fill(1)),
    ];
    expect(new Set(keys).size).toBe(4);
    expect(key("a", "p", salt)).toBe(keys[0] ?? "");
  });
});

describe("the bounds of a cost", () => {
  const GIB = 1024 * 1024 * 1024;

  test.each([HARD_COST, FAST_COST, { opslimit: 1, memlimit: MIN_MEMLIMIT }, { opslimit: 8, memlimit: GIB }])(
    "%j is fine",
    (cost) => {
      expect(costProblem(cost)).toBeUndefined();
    },
  );

  test("a file may request at most a GiB of memory", () => {
    expect(MAX_MEMLIMIT).toBe(GIB);
  });

  test.each([
    [{ opslimit: 0, memlimit: MIN_MEMLIMIT }, "0 passes"],
    [{ opslimit: 1, memlimit: MIN_MEMLIMIT - 1 }, "at least 8192"],
    [{ opslimit: 1, memlimit: 0 }, "at least 8192"],
    [{ opslimit: 1, memlimit: GIB + 1 }, `at most ${GIB}`],
    [{ opslimit: 1, memlimit: 0xffffffff }, `at most ${GIB}`],
    [{ opslimit: 9, memlimit: GIB }, "at most 8"],
    [{ opslimit: 0xffffffff, memlimit: MIN_MEMLIMIT }, "at most 1048576"],
  ])("%j is refused", (cost, why) => {
    expect(costProblem(cost)).toContain(why);
  });
});
