import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PprotectError } from "../../src/common/errors.ts";
import { generatePrivateKey } from "../../src/crypto/x25519/private-key.ts";
import { readCanonical } from "../../src/store/format/canonical-reader.ts";
import { parseStore } from "../../src/store/format/parse.ts";
import { openValue, sealValue } from "../../src/store/format/sealed-value.ts";
import { readStrict } from "../../src/store/format/strict-reader.ts";
import { writeStore } from "../../src/store/format/yaml-writer.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { storeData } from "../support/arbitraries.ts";
import { toHex, utf8 } from "../support/bytes.ts";
import { fixtureBytes, invalidNames } from "../support/fixtures.ts";

/**
 * Parses; a refusal is one of ours. What is accepted must mean the same when it is written and read again.
 * @returns whether it was accepted
 */
function parsesStably(bytes: Uint8Array): boolean {
  let file: KeyFile;
  try {
    file = KeyFile.parse(bytes, "any.yaml");
  } catch (error) {
    expect(error).toBeInstanceOf(PprotectError);
    return false;
  }
  const again = KeyFile.parse(utf8(file.toString()), "again.yaml");
  expect(again.data).toEqual(file.data);
  expect(again.toString()).toBe(file.toString());
  return true;
}

describe("a store of any names", () => {
  test("is unchanged after it is written and read", () => {
    fc.assert(
      fc.property(storeData, (store) => {
        expect(parseStore(utf8(writeStore(store)), "any.yaml")).toEqual(store);
      }),
      { numRuns: 500 },
    );
  });

  test("is read the same by the YAML parser and the fast path, where that has a result", () => {
    fc.assert(
      fc.property(storeData, (store) => {
        const text = writeStore(store);
        const strict = readStrict(text);
        expect(strict.problems).toEqual([]);
        expect(strict.store).toEqual(store);
        const canonical = readCanonical(text);
        if (canonical) expect(canonical).toEqual(strict.store);
      }),
      { numRuns: 500 },
    );
  });

  test("is written in one way, whatever the order of its entries", () => {
    fc.assert(
      fc.property(storeData, (store) => {
        const reversed = {
          domains: new Map([...store.domains].reverse()),
          custodians: new Map([...store.custodians].reverse()),
          auditLog: store.auditLog,
        };
        expect(writeStore(reversed)).toBe(writeStore(store));
      }),
      { numRuns: 100 },
    );
  });

  test("is distinguished by the fast path from any text that differs in a line", () => {
    const text = Buffer.from(fixtureBytes("valid.yaml")).toString("utf8");
    const lines = text.split("\n");
    const edits = fc.tuple(
      fc.nat(lines.length - 1),
      fc.constantFrom(
        "",
        "  ",
        "- x",
        "dev:",
        "  meta:",
        "    owners: {}",
        "metal:",
        "  secret-x: AA",
        "'",
        "x: y",
      ),
    );
    fc.assert(
      fc.property(edits, ([index, line]) => {
        const edited = lines.with(index, line).join("\n");
        const canonical = readCanonical(edited);
        const strict = readStrict(edited);
        if (canonical && strict.problems.length === 0) expect(canonical).toEqual(strict.store);
        parsesStably(utf8(edited));
      }),
      { numRuns: 400 },
    );
  });
});

describe("parsing", () => {
  test("any text is refused with an error of ours, or read stably", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
        parsesStably(utf8(text));
      }),
      { numRuns: 500 },
    );
  });

  test("any bytes are too", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        parsesStably(bytes);
      }),
      { numRuns: 300 },
    );
  });

  const seeds = [
    fixtureBytes("valid.yaml"),
    fixtureBytes("interop", "names.yaml"),
    ...invalidNames().map((name) => fixtureBytes("invalid", `${name}.yaml`)),
  ];
  const cuts = fc.record({
    seed: fc.constantFrom(...seeds),
    at: fc.nat(),
    remove: fc.nat(40),
    insert: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc
        .constantFrom("\n", "  ", ": ", "'", '"', "- ", "#", "{}", "[]", "&a ", "*a", "!!x ", "? ", "---\n")
        .map(utf8),
    ),
  });

  test("a store with changed bytes is too", () => {
    fc.assert(
      fc.property(cuts, ({ seed, at, remove, insert }) => {
        const start = at % (seed.length + 1);
        parsesStably(Buffer.concat([seed.subarray(0, start), insert, seed.subarray(start + remove)]));
      }),
      { numRuns: 500 },
    );
  });

  test("a store whose lines are shuffled, duplicated or dropped is too", () => {
    const lines = Buffer.from(fixtureBytes("valid.yaml")).toString("utf8").split("\n");
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...lines), { maxLength: 40 }), (some) => {
        parsesStably(utf8(some.join("\n")));
      }),
      { numRuns: 200 },
    );
    expect(parsesStably(utf8(lines.join("\n")))).toBe(true);
  });
});

test("sealing a value for the file and opening it is identity, and no other key opens it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (plaintext) => {
      const key = generatePrivateKey();
      const sealed = sealValue(plaintext, key.publicKey);
      expect(toHex(openValue(sealed, key))).toBe(toHex(plaintext));
      expect(openValue(sealed, generatePrivateKey())).toBeUndefined();
    }),
    { numRuns: 100 },
  );
});
