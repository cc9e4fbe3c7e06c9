import { describe, expect, test } from "bun:test";
import { readCanonical } from "../../src/store/format/canonical-reader.ts";
import { readStrict } from "../../src/store/format/strict-reader.ts";
import { writeStore } from "../../src/store/format/yaml-writer.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { fixtureBytes, interopStores, mergeFiles } from "../support/fixtures.ts";
import { ALICE, secretsOf, unlocked } from "../support/stores.ts";

/** Owners of a store whose keys cost nothing are all tried, of the others each custodian once. */
describe.each(interopStores())("the Python program's store $name", ({ name, bytes, text, file, ...said }) => {
  const store = KeyFile.parse(bytes, file);

  test("is written back byte for byte", () => {
    expect(store.toString()).toBe(text);
  });

  test("is read the same by the fast path and the YAML parser", () => {
    const strict = readStrict(text);
    expect(strict.problems).toEqual([]);
    expect(readCanonical(text)).toEqual(strict.store);
  });

  test("has the owners that it should have", () => {
    const owners = [...store.data.domains].map(([domain, { owners }]) => [domain, [...owners.keys()].sort()]);
    expect(Object.fromEntries(owners)).toEqual(
      Object.fromEntries(Object.entries(said.owners).map(([domain, names]) => [domain, [...names].sort()])),
    );
  });

  test.each(Object.keys(said.passphrases))(
    "gives %s every secret of the domains that it owns",
    (custodian) => {
      const unlockedCustodian = unlocked(store, {
        name: custodian,
        passphrase: said.passphrases[custodian] ?? "",
      });
      const owned = store.domainsOf(custodian);
      const expected = Object.keys(said.owners).filter((domain) => said.owners[domain]?.includes(custodian));
      expect(owned.toSorted()).toEqual(expected.toSorted());
      for (const domain of owned) {
        expect(Object.fromEntries(store.decryptDomain(domain, unlockedCustodian))).toEqual(
          said.secrets[domain] ?? {},
        );
      }
    },
  );
});

test.each(mergeFiles())("the merge fixture %s is a store and is written back byte for byte", (path) => {
  const bytes = fixtureBytes("merge", path);
  expect(KeyFile.parse(bytes, path).toString()).toBe(Buffer.from(bytes).toString("utf8"));
});

describe("the valid store behind the invalid ones", () => {
  const bytes = fixtureBytes("valid.yaml");

  test("parses, and alice reads it", () => {
    const store = KeyFile.parse(bytes, "valid.yaml");
    expect(store.toString()).toBe(Buffer.from(bytes).toString("utf8"));
    expect(Object.keys(secretsOf(store, "prod", ALICE))).toEqual(["one", "two"]);
  });

  test("means the same in any other spelling that YAML has for it, and comes out canonical", () => {
    const text = Buffer.from(bytes).toString("utf8");
    const { data } = KeyFile.parse(bytes, "valid.yaml");
    const spellings = [
      `# a comment\n${text}`,
      text.replaceAll("\n", "\r\n"),
      `---\n${text}...\n`,
      `\ufeff${text}`,
      text.replace(/^dev:$/m, '"d\\x65v":'),
      text.replace(/^ {2}secret-one: (.*)$/m, "  secret-one: >-\n    $1"),
      text.trimEnd(),
      JSON.stringify(asJson(text)),
    ];
    for (const spelling of spellings) {
      const read = KeyFile.parse(Buffer.from(spelling), "other.yaml");
      expect(read.data).toEqual(data);
      expect(read.toString()).toBe(writeStore(data));
    }
  });
});

/** The store as JSON, which is YAML too. */
function asJson(text: string): unknown {
  return Bun.YAML.parse(text);
}
