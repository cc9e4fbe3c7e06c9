import { describe, expect, test } from "bun:test";
import { conflictLabel, describeConflict } from "../../../src/git/merge/conflict.ts";
import { markConflicts } from "../../../src/git/merge/conflict-markers.ts";
import type { Decision } from "../../../src/git/merge/merge-context.ts";
import {
  type MergeCredentials,
  mergeCredentials,
  NO_CREDENTIALS,
} from "../../../src/git/merge/merge-credentials.ts";
import { mergeStores } from "../../../src/git/merge/merge-stores.ts";
import type { StoreVersions } from "../../../src/git/merge/versions.ts";
import { parseStore } from "../../../src/store/format/parse.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import { type KnownKeys, TRUST_NO_NEW_KEY } from "../../../src/store/trust/known-keys.ts";
import { type MergeCase, mergeCases, openEverything } from "../../support/merge-cases.ts";

const ALICE = { name: "alice@example.com", passphrase: `P${"a".repeat(64)}P` };
const BOB = { name: "bob@example.com", passphrase: `P${"b".repeat(64)}P` };
const PASSPHRASES = { [ALICE.name]: ALICE.passphrase, [BOB.name]: BOB.passphrase };

function versionsOf({ bytes }: MergeCase): StoreVersions {
  return {
    base: parseStore(bytes.base, "base"),
    ours: parseStore(bytes.ours, "ours"),
    theirs: parseStore(bytes.theirs, "theirs"),
  };
}

function merge(
  versions: StoreVersions,
  credentials: MergeCredentials = NO_CREDENTIALS,
  decide: Decision | undefined = undefined,
  trust: KnownKeys = TRUST_NO_NEW_KEY,
) {
  return mergeStores(versions, { credentials, trust, decide: () => decide });
}

function base(): KeyFile {
  return KeyFile.create()
    .addCustodian(ALICE, "raw")
    .addCustodian(BOB, "raw")
    .addDomain("dev", ALICE.name)
    .addSecret("dev", "k", "v");
}

const TRUST_ALL: KnownKeys = { trusts: () => true, trustsCustodian: () => true, trustsOwner: () => true };

const keyOf = (store: StoreData, domain: string): string | undefined => store.domains.get(domain)?.publicKey;

function unlocked(keyFile: KeyFile, creds = ALICE) {
  const custodian = keyFile.unlock(creds);
  if (!custodian) throw new Error("cannot unlock");
  return custodian;
}

describe.each(mergeCases().map((each) => [each.name, each] as const))("merge case %s", (_name, each) => {
  const expected = { owners: each.owners ?? {}, secrets: each.secrets ?? {} };
  const versions = versionsOf(each);

  if (each.outcome === "clean") {
    test("merges without credentials, and every owner reads everything", () => {
      const { store, conflicts } = merge(versions);
      expect(conflicts).toEqual([]);
      expect(openEverything(store, each.passphrases)).toEqual(expected as never);
    });
  } else {
    test("is reported as a conflict without credentials", () => {
      const { conflicts } = merge(versions);
      expect(conflicts.length).toBeGreaterThan(0);
      if (each.conflicts)
        expect(conflicts.map(({ subject }) => conflictLabel(subject))).toEqual([...each.conflicts]);
    });

    test("is marked so that every command refuses the file", () => {
      const text = markConflicts(versions, 7);
      expect(text).toMatch(/^<{7} ours$/m);
      expect(text).toMatch(/^={7}$/m);
      expect(text).toMatch(/^>{7} theirs$/m);
      expect(() => KeyFile.parse(Buffer.from(text), "f")).toThrow(
        /unresolved merge: run `pprotect git resolve`/,
      );
    });
  }

  for (const name of each.needs_credentials_of ?? []) {
    test(`merges with the credentials of ${name}, and every owner reads everything`, () => {
      const credentials = mergeCredentials({ name, passphrase: each.passphrases[name] ?? "" }, versions);
      const { store, conflicts } = merge(versions, credentials);
      expect(conflicts).toEqual([]);
      expect(openEverything(store, each.passphrases)).toEqual(expected as never);
    });

    test(`stays a conflict with a wrong passphrase for ${name}`, () => {
      expect(
        merge(versions, mergeCredentials({ name, passphrase: "wrong" }, versions)).conflicts.length,
      ).toBeGreaterThan(0);
    });
  }
});

test("equal values that were sealed separately are not a conflict with an owner's credentials", () => {
  const start = base();
  const versions = {
    base: start.data,
    ours: start.addSecret("dev", "new", "same").data,
    theirs: start.addSecret("dev", "new", "same").data,
  };
  expect(merge(versions).conflicts).toHaveLength(1);
  const { store, conflicts } = merge(versions, mergeCredentials(ALICE, versions));
  expect(conflicts).toEqual([]);
  expect(openEverything(store, PASSPHRASES).secrets).toEqual({ dev: { k: "v", new: "same" } });
});

test("two sides that each remove another owner do not leave a domain without one", () => {
  const start = base();
  const both = start.addOwner("dev", BOB.name, unlocked(start));
  const versions = {
    base: both.data,
    ours: both.removeOwner("dev", ALICE.name).data,
    theirs: both.removeOwner("dev", BOB.name).data,
  };
  const { conflicts } = merge(versions);
  expect(conflicts.map(({ subject }) => conflictLabel(subject))).toEqual(["dev"]);
  const { store } = merge(versions, NO_CREDENTIALS, "theirs");
  expect(openEverything(store, PASSPHRASES).owners).toEqual({ dev: [ALICE.name] });
});

test("a copy of the domain key that one side re-sealed, because the old one did not open, is kept", () => {
  const start = base();
  const both = start.addOwner("dev", BOB.name, unlocked(start));
  const repaired = both.removeOwner("dev", BOB.name).addOwner("dev", BOB.name, unlocked(both));
  const entryOf = (store: StoreData) => store.domains.get("dev")?.owners.get(BOB.name);
  for (const [ours, theirs] of [
    [repaired, both.addSecret("dev", "new", "v")],
    [both.addSecret("dev", "new", "v"), repaired],
  ] as const) {
    const { store, conflicts } = merge({ base: both.data, ours: ours.data, theirs: theirs.data });
    expect(conflicts).toEqual([]);
    expect(entryOf(store)).toBe(entryOf(repaired.data) ?? "");
    expect(openEverything(store, PASSPHRASES).secrets).toEqual({ dev: { k: "v", new: "v" } });
  }
});

test("two passphrases for one custodian are a conflict, and either can be chosen", () => {
  const start = base();
  const other = `P${"c".repeat(64)}P`;
  const versions = {
    base: start.data,
    ours: start.setCustodianPassphrase(unlocked(start), BOB.passphrase, "raw").data,
    theirs: start.setCustodianPassphrase(unlocked(start), other, "raw").data,
  };
  expect(merge(versions).conflicts.map(({ subject }) => conflictLabel(subject))).toEqual([
    `custodian ${ALICE.name}`,
  ]);
  const { store, conflicts } = merge(versions, NO_CREDENTIALS, "theirs");
  expect(conflicts).toEqual([]);
  expect(openEverything(store, { [ALICE.name]: other }).secrets).toEqual({ dev: { k: "v" } });
});

test("a changed passphrase does not keep the other side from removing a domain", () => {
  const start = base().addDomain("prod", ALICE.name);
  const versions = {
    base: start.data,
    ours: start.setCustodianPassphrase(unlocked(start), BOB.passphrase, "raw").data,
    theirs: start.removeDomain("dev").data,
  };
  const { store, conflicts } = merge(versions);
  expect(conflicts).toEqual([]);
  expect([...store.domains.keys()]).toEqual(["prod"]);
});

describe("a domain that one side removed and the other changed", () => {
  const one = base().addSecret("dev", "unchanged", "u");
  const start = one.addOwner("dev", BOB.name, unlocked(one));
  const removed = start.removeDomain("dev").data;
  const changes = {
    "added a secret": start.addSecret("dev", "added", "a"),
    "removed a secret": start.removeSecret("dev", "k"),
    "removed an owner": start.removeOwner("dev", BOB.name),
    "replaced the key": start.rotateDomainKey("dev", unlocked(start)),
  };

  test.each(Object.entries(changes))(
    "is one conflict, and stays whole if it stays: the other %s",
    (_, changed) => {
      for (const [kept, versions] of [
        ["ours", { base: start.data, ours: changed.data, theirs: removed }],
        ["theirs", { base: start.data, ours: removed, theirs: changed.data }],
      ] as const) {
        expect(merge(versions).conflicts.map(describeConflict)).toEqual([
          `dev: removed by ${kept === "ours" ? "theirs" : "ours"}, changed by ${kept}`,
        ]);
        const { store, conflicts, undone } = merge(versions, NO_CREDENTIALS, kept);
        expect(conflicts).toEqual([]);
        expect(undone.map(({ subject, change }) => [conflictLabel(subject), change])).toEqual([
          ["dev", "removed"],
        ]);
        expect(store.domains.get("dev")).toEqual(changed.data.domains.get("dev"));
      }
    },
  );

  test("cannot stay when none of its owners is a custodian any more", () => {
    const versions = {
      base: start.data,
      ours: start.removeOwner("dev", BOB.name).data,
      theirs: start.removeDomain("dev").removeCustodian(ALICE.name).data,
    };
    const [conflict] = merge(versions, NO_CREDENTIALS, "ours").conflicts;
    expect(conflict?.reason).toBe("none of its owners is a key custodian any more");
    // Before that is decided, it does not matter whether it could.
    for (const each of [versions, { ...versions, ours: versions.theirs, theirs: versions.ours }])
      expect(merge(each).conflicts.map(({ choices }) => choices)).toEqual([["ours", "theirs"]]);
  });
});

test("a decision for a new value seals it to a key that the merge made, never to one that a side introduced", () => {
  const start = base();
  const versions = {
    base: start.data,
    ours: start.updateSecret("dev", "k", "ours").data,
    theirs: start.rotateDomainKey("dev", unlocked(start)).updateSecret("dev", "k", "theirs").data,
  };
  const [conflict] = merge(versions, NO_CREDENTIALS, { value: "new" }).conflicts;
  expect(conflict?.reason).toContain("a new value cannot be sealed to the key that one side introduced");
  const { store, conflicts } = merge(versions, mergeCredentials(ALICE, versions), { value: "new" });
  expect(conflicts).toEqual([]);
  expect(keyOf(store, "dev")).not.toBe(keyOf(versions.theirs, "dev"));
  expect(openEverything(store, PASSPHRASES).secrets).toEqual({ dev: { k: "new" } });
});

test("without a common ancestor, equal entries appear once and nothing is dropped", () => {
  const start = base();
  const versions = {
    base: parseStore(Buffer.from("key-custodians: {}\naudit-log: []\n"), "none"),
    ours: start.addSecret("dev", "a", "1").data,
    theirs: start.addSecret("dev", "b", "2").data,
  };
  const { store, conflicts } = merge(versions);
  expect(conflicts).toEqual([]);
  expect(openEverything(store, PASSPHRASES).secrets).toEqual({ dev: { k: "v", a: "1", b: "2" } });
});

describe("an owner whom one side removed before both sides replaced the key", () => {
  const start = base();
  const both = start.addOwner("dev", BOB.name, unlocked(start));
  const revoked = both.removeOwner("dev", BOB.name);
  const rotatedWithout = revoked.rotateDomainKey("dev", unlocked(revoked));
  const rotatedWith = both.rotateDomainKey("dev", unlocked(both));
  const versions = { base: both.data, ours: rotatedWith.data, theirs: rotatedWithout.data };

  test.each([
    ["is trusted", TRUST_ALL, true],
    ["is not", TRUST_NO_NEW_KEY, false],
  ] as const)("never has the key that wins, where the other side's %s", (_name, trust, keepsKey) => {
    const { store, conflicts } = merge(versions, mergeCredentials(ALICE, versions), undefined, trust);
    expect(conflicts).toEqual([]);
    expect(keyOf(store, "dev") === keyOf(rotatedWithout.data, "dev")).toBe(keepsKey);
    expect(keyOf(store, "dev")).not.toBe(keyOf(rotatedWith.data, "dev"));
    expect(openEverything(store, PASSPHRASES).owners).toEqual({ dev: [ALICE.name] });
  });

  test("is named in the conflict without credentials, and no decision gives ownership back", () => {
    const [conflict] = merge(versions).conflicts;
    expect(conflict?.reason).toContain(`one side removed owner ${BOB.name}`);
    for (const choice of ["ours", "theirs"] as const) {
      const { store } = merge(versions, NO_CREDENTIALS, choice);
      expect(openEverything(store, PASSPHRASES).owners).toEqual({ dev: [ALICE.name] });
    }
  });
});

test("a custodian whom one side removed gets its domains back only by a decision, and the conflict names them", () => {
  const start = base();
  const alice = unlocked(start);
  const both = start.addOwner("dev", BOB.name, alice).addDomain("other", ALICE.name);
  const removed = both.removeCustodian(BOB.name);
  const versions = {
    base: both.data,
    ours: removed.rotateDomainKey("dev", unlocked(removed)).data,
    theirs: both.addOwner("other", BOB.name, unlocked(both)).data,
  };
  const [conflict] = merge(versions).conflicts;
  expect(conflict?.reason).toBe(
    "removed by ours, changed or made an owner by theirs; kept, it owns dev again",
  );
  const ownersIf = (choice: "ours" | "theirs") =>
    openEverything(merge(versions, mergeCredentials(ALICE, versions), choice).store, PASSPHRASES).owners;
  expect(ownersIf("ours")).toEqual({ dev: [ALICE.name], other: [ALICE.name] });
  expect(ownersIf("theirs")).toEqual({ dev: [ALICE.name, BOB.name], other: [ALICE.name, BOB.name] });
});

test("a conflict about a key that both sides replaced names the secrets that only one side has", () => {
  const start = base();
  const ours = start.rotateDomainKey("dev", unlocked(start)).addSecret("dev", "mine", "1");
  const theirs = start.rotateDomainKey("dev", unlocked(start)).addSecret("dev", "yours", "2");
  const [conflict] = merge({ base: start.data, ours: ours.data, theirs: theirs.data }).conflicts;
  expect(conflict?.reason).toBe(
    "both sides replaced its key; only ours has mine; only theirs has yours; needs the passphrase of alice@example.com",
  );
});

test("a conflict that names a hostile owner is printed escaped", () => {
  const evil = "mallory\u001b[2J";
  const line = describeConflict({
    subject: { kind: "domain", domain: "dev" },
    reason: `one side removed owner ${evil}`,
    credentials: "needed",
    choices: [],
  });
  expect(line).not.toContain("\u001b");
  expect(line).toContain("mallory\\u{1b}[2J");
});
