import { describe, expect, test } from "bun:test";
import { checkStoreChange } from "../../../src/git/guard/consistency-rules.ts";
import { summarizeStore } from "../../../src/git/summary/store-summary.ts";
import { otherDomainsWith } from "../../../src/git/trust/former-domains.ts";
import { AccessHistoryBuilder } from "../../../src/store/access/access-history.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { findDomain } from "../../../src/store/lookup.ts";
import type { Domain, StoreData } from "../../../src/store/store-data.ts";
import {
  otherDomainWith,
  sharedKeyProblems,
  sharedKeys,
  sharesKeyWith,
} from "../../../src/store/trust/shared-keys.ts";
import { processorTime } from "../../support/processor-time.ts";
import { ALICE, BOB, NOW, sampleStore, unlocked } from "../../support/stores.ts";

const store = sampleStore();
const alice = unlocked(store, ALICE);

/** Another domain with the key and the owner entries of `prod`, as anyone who may write the file can make it. */
const aliased = withDomain(store, "sandbox", { ...findDomain(store.data, "prod"), secrets: new Map() });

function withDomain({ data }: KeyFile, name: string, domain: Domain): KeyFile {
  return KeyFile.from({ ...data, domains: new Map(data.domains).set(name, domain) });
}

function rules(after: KeyFile, ...parents: readonly KeyFile[]): string[] {
  const { errors } = checkStoreChange({
    path: "s",
    store: after.data,
    parents: parents.map(({ data }) => data),
    bases: undefined,
    lineOf: () => 1,
  });
  return errors.map(({ rule }) => rule);
}

describe("two domains with one public key", () => {
  test("are found, each with the first domain that has it", () => {
    expect(sharedKeys(aliased.data)).toEqual([{ domain: "sandbox", other: "prod" }]);
    expect(sharedKeys(store.data)).toEqual([]);
    const text = aliased.toString();
    expect(sharedKeyProblems(Buffer.from(text), aliased.data)).toEqual([
      {
        code: "shared_key",
        line: text.split("\n").lastIndexOf(`    public-key: ${findDomain(store.data, "prod").publicKey}`) + 1,
        message: 'domain "sandbox" has the public key of domain "prod": an owner of one can read both',
      },
    ]);
  });

  test("get no owner and no value, under either name", () => {
    for (const name of ["prod", "sandbox"]) {
      const refused = { code: "shared_key" };
      expect(() => aliased.addOwner(name, BOB.name, alice, NOW)).toThrow(expect.objectContaining(refused));
      expect(() => aliased.setSecret(name, "new", "v", NOW)).toThrow(expect.objectContaining(refused));
    }
    expect(() => aliased.migrateOwner(BOB.name, alice, NOW)).toThrow('public key of domain "');
    expect(aliased.addSecret("dev", "new", "v", NOW).data.domains.get("dev")?.secrets.size).toBe(3);
  });

  test("are read, rotated and removed: that repairs them", () => {
    expect(Object.fromEntries(aliased.decryptDomain("prod", alice))).toEqual({ token: "prod-token" });
    expect(sharedKeys(aliased.rotateDomainKey("prod", alice, NOW).data)).toEqual([]);
    expect(sharedKeys(aliased.rotateDomainKey("sandbox", alice, NOW).data)).toEqual([]);
    expect(sharedKeys(aliased.removeDomain("sandbox", NOW).data)).toEqual([]);
  });
});

describe("a store with many domains, which a stranger wrote", () => {
  const COUNT = 12_000;
  const many = (prefix: string, secrets: (at: number) => string[]): StoreData => ({
    ...store.data,
    domains: new Map(
      Array.from({ length: COUNT }, (_, at) => {
        const domain = { ...findDomain(store.data, "prod"), publicKey: `${prefix} ${at}` };
        return [
          `d${at}`,
          { ...domain, secrets: new Map(secrets(at).map((name) => [name, `${name} ${at}`])) },
        ];
      }),
    ),
  });

  test("is compared with itself and with others in time that grows with it", () => {
    const [one, other] = [many("one", () => []), many("other", () => [])];
    const start = processorTime();
    for (const name of one.domains.keys()) expect(sharesKeyWith(one, name)).toBeUndefined();
    const keys = new Map([...other.domains].map(([name, { publicKey }]) => [name, publicKey]));
    expect(otherDomainsWith(keys, one)).toEqual([]);
    expect(otherDomainWith(one, "d5", "one 7")).toBe("d7");
    expect(processorTime() - start).toBeLessThan(2_000);
  });

  test("is summarized in time that grows with it", () => {
    const now = many("one", (at) => (at < COUNT / 2 ? ["new", "old"] : [`only-${at}`]));
    const before = many("one", (at) => (at < COUNT / 2 ? ["old"] : [`only-${at}`]));
    const start = processorTime();
    const { drift } = summarizeStore(before, now, new AccessHistoryBuilder().history());
    expect(drift).toEqual([]);
    expect(processorTime() - start).toBeLessThan(2_000);
  });
});

describe("the guard refuses", () => {
  test("a shared key, in the commit that makes it and in later ones", () => {
    expect(rules(aliased, store)).toEqual(["shared-key"]);
    expect(rules(aliased.addSecret("dev", "new", "v", NOW), aliased)).toEqual(["shared-key"]);
    expect(rules(aliased, store, store)).toEqual(["shared-key"]);
    expect(rules(aliased.rotateDomainKey("sandbox", alice, NOW), aliased)).toEqual([]);
  });

  test("two domains that exchanged their names, and one that took another's", () => {
    const [dev, prod] = [findDomain(store.data, "dev"), findDomain(store.data, "prod")];
    const swapped = withDomain(withDomain(store, "dev", prod), "prod", dev);
    expect(rules(swapped, store)).toEqual(["shared-key", "shared-key"]);
    const renamed = withDomain(store, "live", prod).removeDomain("prod", NOW);
    expect(rules(renamed, store)).toEqual(["shared-key"]);
  });

  test("nothing in a rotation, a new domain, a removed one or one that comes back", () => {
    const rotated = store.rotateDomainKey("prod", alice, NOW);
    expect(rules(rotated, store)).toEqual([]);
    expect(rules(store.addDomain("new", ALICE.name, NOW), store)).toEqual([]);
    expect(rules(store.removeDomain("prod", NOW), store)).toEqual([]);
    expect(rules(store, rotated)).not.toContain("shared-key");
  });
});
