import { describe, expect, test } from "bun:test";
import type { PrivateKey } from "../../../src/crypto/x25519/private-key.ts";
import { checkStoreChange } from "../../../src/git/guard/consistency-rules.ts";
import { conflictLabel } from "../../../src/git/merge/conflict.ts";
import { keyGrants } from "../../../src/git/merge/key-grants.ts";
import type { Decision } from "../../../src/git/merge/merge-context.ts";
import { mergeCredentials, NO_CREDENTIALS } from "../../../src/git/merge/merge-credentials.ts";
import { keyFingerprint } from "../../../src/git/merge/merge-owners.ts";
import { type MergeResult, mergeStores } from "../../../src/git/merge/merge-stores.ts";
import type { StoreVersions } from "../../../src/git/merge/versions.ts";
import type { Creds } from "../../../src/store/credentials.ts";
import { createCustodian } from "../../../src/store/custodian.ts";
import { openDomainKey, sealSecret } from "../../../src/store/domain.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { type KnownKeys, TRUST_NO_NEW_KEY } from "../../../src/store/trust/known-keys.ts";
import { openEverything } from "../../support/merge-cases.ts";
import {
  ALICE,
  BOB,
  CAROL,
  domainOf,
  edited,
  MALLORY,
  OTHER_PASSPHRASE,
  openedBy,
  PASSPHRASES,
  rotated,
  stolenKey,
  teamStore,
  tick,
  unlocked,
} from "../../support/merge-stores.ts";

const versionsOf = (base: KeyFile, ours: KeyFile, theirs: KeyFile): StoreVersions => ({
  base: base.data,
  ours: ours.data,
  theirs: theirs.data,
});

interface Options {
  readonly creds?: Creds;
  readonly trust?: KnownKeys;
  readonly decide?: Decision;
}

function merge(
  versions: StoreVersions,
  { creds, trust = TRUST_NO_NEW_KEY, decide }: Options = {},
): MergeResult {
  const credentials = creds ? mergeCredentials(creds, versions) : NO_CREDENTIALS;
  return mergeStores(versions, { credentials, trust, decide: () => decide }, tick());
}

const labels = ({ conflicts }: MergeResult): string[] =>
  conflicts.map(({ subject }) => conflictLabel(subject));

const publicKeyOf = (store: KeyFile | MergeResult): string | undefined =>
  ("store" in store ? store.store : store.data).domains.get("prod")?.publicKey;

/** Trusts the key that these stores have. */
function trusting(...stores: readonly KeyFile[]): KnownKeys {
  const keys = new Set(stores.map(publicKeyOf));
  return { ...TRUST_NO_NEW_KEY, trusts: (_, publicKey) => keys.has(publicKey) };
}

function expectSound(result: MergeResult, { base, ours, theirs }: StoreVersions): void {
  expect(labels(result)).toEqual([]);
  const change = { path: "store", store: result.store, lineOf: () => 1 };
  expect(checkStoreChange({ ...change, parents: [ours, theirs], bases: [base] })).toEqual({
    errors: [],
    warnings: [],
  });
}

const prodOf = (result: MergeResult, passphrases = PASSPHRASES) => {
  const { owners, secrets } = openEverything(result.store, passphrases);
  return { owners: owners.prod, secrets: secrets.prod };
};

const BASE_SECRETS = { db: "db-value", leaked: "leaked-value" };

function privateKeyOf(store: KeyFile, creds: Creds): PrivateKey {
  return openDomainKey("prod", domainOf(store), unlocked(store, creds));
}

describe("a branch that replaces a domain's public key and the owners' copies, and keeps the values", () => {
  const base = teamStore();
  const stolen = stolenKey(base);
  const hostile = edited(
    base,
    {
      domains: new Map(base.data.domains).set("prod", { ...stolen.domain, secrets: domainOf(base).secrets }),
    },
    [],
  );
  const main = base.addSecret("prod", "new", "v", tick());
  const orders = [
    ["merged", versionsOf(base, main, hostile)],
    ["merged from the other side", versionsOf(base, hostile, main)],
    ["where the other side did nothing", versionsOf(base, base.addSecret("dev", "x", "1", tick()), hostile)],
  ] as const;

  test.each(orders)("is a conflict without credentials: %s", (_name, versions) => {
    const result = merge(versions);
    expect(labels(result)).toEqual(["prod"]);
    expect(result.conflicts[0]?.reason).toContain("kept entries that are sealed to the old key");
    expect(result.conflicts[0]?.choices).toHaveLength(1);
  });

  test.each(orders)(
    "gets a key that only the merge made, with an owner's credentials: %s",
    (_name, versions) => {
      for (const trust of [TRUST_NO_NEW_KEY, trusting(hostile)]) {
        const result = merge(versions, { creds: ALICE, trust });
        expectSound(result, versions);
        expect(result.newKeys.map(({ domain }) => domain)).toEqual(["prod"]);
        expect(openedBy(stolen.privateKey, result.store.domains.get("prod")?.secrets ?? new Map())).toEqual(
          [],
        );
        expect(prodOf(result).secrets).toMatchObject(BASE_SECRETS);
      }
    },
  );
});

test("a false rotation with garbage for values never gets what the other side adds", () => {
  const base = teamStore();
  const stolen = stolenKey(base);
  const secrets = new Map(["db", "leaked"].map((name) => [name, sealSecret(stolen.domain, "garbage")]));
  const hostile = edited(
    base,
    { domains: new Map(base.data.domains).set("prod", { ...stolen.domain, secrets }) },
    ["rotated key for domain prod"],
  );
  const main = base.addSecret("prod", "new", "v", tick()).updateSecret("prod", "db", "fresh", tick());
  const versions = versionsOf(base, main, hostile);
  expect(labels(merge(versions))).toEqual(["prod/db", "prod/new"]);
  const withoutDecision = merge(versions, { creds: ALICE });
  // The attacker's garbage is a change like any other: it meets the update in a conflict.
  expect(labels(withoutDecision)).toEqual(["prod/db"]);
  const result = merge(versions, { creds: ALICE, decide: "ours" });
  expectSound(result, versions);
  expect(openedBy(stolen.privateKey, result.store.domains.get("prod")?.secrets ?? new Map())).toEqual([]);
  expect(prodOf(result).secrets).toMatchObject({ db: "fresh", new: "v" });
});

describe("an owner who was removed on one side, while the other side replaced the key for them too", () => {
  const base = teamStore();
  const removed = base.removeOwner("prod", BOB.name, tick());
  const ours = removed.addSecret("prod", "after-bob-left", "s", tick());
  const theirs = rotated(base);
  const bobsKey = privateKeyOf(theirs, BOB);

  test.each([
    ["with additions", versionsOf(base, ours, theirs)],
    ["with additions, from the other side", versionsOf(base, theirs, ours)],
    ["and nothing else", versionsOf(base, removed, theirs)],
  ] as const)("opens nothing after the merge, however trusted the key is: %s", (_name, versions) => {
    const result = merge(versions, { creds: ALICE, trust: trusting(theirs) });
    expectSound(result, versions);
    expect(openedBy(bobsKey, result.store.domains.get("prod")?.secrets ?? new Map())).toEqual([]);
    expect(prodOf(result).owners).toEqual([ALICE.name]);
  });

  test("is named in a conflict without credentials", () => {
    const result = merge(versionsOf(base, removed, theirs));
    expect(labels(result)).toEqual(["prod"]);
    expect(result.conflicts[0]?.reason).toContain(BOB.name);
    expect(result.conflicts[0]?.reason).toContain("needs the passphrase of alice@example.com");
  });
});

describe("one side replaced the key, the other added a secret", () => {
  const base = teamStore();
  const ours = rotated(base);
  const theirs = base.addSecret("prod", "new", "v", tick());
  const versions = versionsOf(base, ours, theirs);

  test("only the addition is sealed, where the new key is trusted", () => {
    const result = merge(versions, { creds: ALICE, trust: trusting(ours) });
    expectSound(result, versions);
    const merged = result.store.domains.get("prod");
    expect(merged?.publicKey).toBe(domainOf(ours).publicKey);
    expect(merged?.owners).toEqual(domainOf(ours).owners);
    for (const name of ["db", "leaked"])
      expect(merged?.secrets.get(name)).toBe(domainOf(ours).secrets.get(name) ?? "");
    expect(keyGrants(versions, result.store)).toEqual([]);
  });

  test("a branch off the rotated side that changes one value then merges without credentials", () => {
    const merged = KeyFile.from(merge(versions, { creds: ALICE, trust: trusting(ours) }).store);
    const branch = ours.updateSecret("prod", "db", "later", tick());
    const later = versionsOf(ours, merged, branch);
    const result = merge(later);
    expectSound(result, later);
    expect(prodOf(result).secrets).toEqual({ db: "later", leaked: "leaked-value", new: "v" });
  });

  test("everything is sealed to a new key, where it is not", () => {
    const result = merge(versions, { creds: ALICE });
    expectSound(result, versions);
    expect([publicKeyOf(ours), publicKeyOf(theirs)]).not.toContain(publicKeyOf(result));
    expect(prodOf(result)).toEqual({
      owners: [ALICE.name, BOB.name],
      secrets: { ...BASE_SECRETS, new: "v" },
    });
    expect(result.store.auditLog.some((entry) => entry.endsWith("rotated key for domain prod"))).toBe(true);
    expect(keyGrants(versions, result.store)).toHaveLength(2);
  });

  test("the credentials of an owner of one side alone leave a conflict", () => {
    const onlyCarol = unlocked(base, ALICE);
    const carols = base.addOwner("prod", CAROL.name, onlyCarol, tick());
    const rotatedWithout = rotated(carols.removeOwner("prod", CAROL.name, tick()));
    const added = carols.addSecret("prod", "new", "v", tick());
    expect(labels(merge(versionsOf(carols, rotatedWithout, added), { creds: CAROL }))).toEqual(["prod/new"]);
  });
});

test("a side that only replaced the key is taken as it is, and nothing is sealed", () => {
  const base = teamStore();
  const theirs = rotated(base);
  const versions = versionsOf(base, base.addSecret("dev", "x", "1", tick()), theirs);
  for (const creds of [undefined, ALICE]) {
    const result = merge(versions, creds ? { creds } : {});
    expectSound(result, versions);
    expect(result.store.domains.get("prod")).toEqual(domainOf(theirs));
  }
});

test("a new key of theirs never wins if the acting owner's copy does not open", () => {
  const base = teamStore();
  const theirs = rotated(base);
  const owners = new Map(domainOf(theirs).owners).set(
    ALICE.name,
    domainOf(rotated(base)).owners.get(ALICE.name) ?? "",
  );
  const hostile = edited(theirs, {
    domains: new Map(theirs.data.domains).set("prod", { ...domainOf(theirs), owners }),
  });
  const versions = versionsOf(base, base, hostile);
  expect(labels(merge(versions))).toEqual([]);
  const result = merge(versions, { creds: ALICE, trust: trusting(hostile) });
  expect(result.conflicts[0]?.reason).toContain("your copy of their new key does not open");
});

describe("where one side only replaced the key, what the other side did is not a change of both", () => {
  const base = teamStore();
  const ours = rotated(base);

  test.each([
    [
      "an update",
      (file: KeyFile) => file.updateSecret("prod", "db", "NEW", tick()),
      { ...BASE_SECRETS, db: "NEW" },
    ],
    ["a removal", (file: KeyFile) => file.removeSecret("prod", "db", tick()), { leaked: "leaked-value" }],
  ] as const)("%s", (_name, change, secrets) => {
    const versions = versionsOf(base, ours, change(base));
    const [conflict] = merge(versions).conflicts;
    expect(conflict?.credentials).toBe("needed");
    expect(conflict?.reason).toContain("only an owner's credentials show whether ours changed it too");
    const result = merge(versions, { creds: BOB });
    expectSound(result, versions);
    expect(prodOf(result).secrets).toEqual(secrets);
  });

  test("a real change of both is a conflict with credentials as well, and the decision names what it undoes", () => {
    const versions = versionsOf(
      base,
      ours.updateSecret("prod", "db", "o", tick()),
      base.updateSecret("prod", "db", "t", tick()),
    );
    expect(merge(versions, { creds: ALICE }).conflicts).toMatchObject([{ reason: "changed by both sides" }]);
    const result = merge(versions, { creds: ALICE, decide: "ours" });
    expect(result.undone).toEqual([
      { subject: { kind: "secret", domain: "prod", name: "db" }, side: "theirs", change: "changed" },
    ]);
  });
});

describe("two users merge the same branches, then each other's merge", () => {
  const base = teamStore();
  const left = rotated(base).addSecret("prod", "left", "l", tick());
  const right = rotated(base, BOB).addSecret("prod", "right", "r", tick());
  const secrets = { ...BASE_SECRETS, left: "l", right: "r" };

  test("come to one key, where it is trusted", () => {
    const trust = trusting(left, right);
    const first = merge(versionsOf(base, left, right), { creds: ALICE, trust });
    const second = merge(versionsOf(base, right, left), { creds: BOB, trust });
    expect(publicKeyOf(first)).toBe(publicKeyOf(second) ?? "");
    expect(first.newKeys).toEqual([]);
  });

  test.each([
    ["no one", undefined],
    ["alice", ALICE],
  ])("come to one store without a decision, where %s opens the common ancestors", (_name, virtualCreds) => {
    const first = merge(versionsOf(base, left, right), { creds: ALICE });
    const second = merge(versionsOf(base, right, left), { creds: BOB });
    expect(publicKeyOf(first)).not.toBe(publicKeyOf(second) ?? "");
    // git merges the two common ancestors to a third, by this driver too.
    const ancestor = merge(versionsOf(base, left, right), virtualCreds ? { creds: virtualCreds } : {});
    const versions: StoreVersions = { base: ancestor.store, ours: first.store, theirs: second.store };
    const result = merge(versions, { creds: BOB });
    expectSound(result, versions);
    expect(prodOf(result)).toEqual({ owners: [ALICE.name, BOB.name], secrets });
  });
});

describe("a custodian's key that one side changed", () => {
  const base = teamStore();
  const swapped = edited(base, {
    custodians: new Map(base.data.custodians).set(
      CAROL.name,
      createCustodian({ name: CAROL.name, passphrase: MALLORY.passphrase }, "raw").pwdkm,
    ),
  });
  const granted = base.addOwner("prod", CAROL.name, unlocked(base, ALICE), tick());
  const fingerprint = keyFingerprint(swapped.data.custodians.get(CAROL.name) ?? "");
  const withoutDev = (file: KeyFile): KeyFile => file.removeDomain("dev", tick());
  const versions = versionsOf(withoutDev(base), withoutDev(granted), withoutDev(swapped));

  test.each([
    ["granted by the other side", versions],
    [
      "granted by the other side, which replaced the key",
      versionsOf(withoutDev(base), rotated(withoutDev(granted)), withoutDev(swapped)),
    ],
  ] as const)("gets no copy of a domain's key by a merge: %s", (_name, sides) => {
    for (const creds of [undefined, ALICE]) {
      const result = merge(sides, creds ? { creds } : {});
      expect(labels(result)).toEqual([`prod owner ${CAROL.name}`]);
      expect(result.conflicts[0]?.reason).toContain(`(key ${fingerprint})`);
      expect(result.store.domains.get("prod")?.owners.has(CAROL.name)).toBe(false);
    }
  });

  test("gets one by a user's decision, or if it is trusted, and the merge says so", () => {
    const trust: KnownKeys = {
      trusts: () => false,
      trustsCustodian: (name) => name === CAROL.name,
      trustsOwner: () => true,
    };
    for (const options of [{ decide: "grant" }, { trust }] as const) {
      const result = merge(versions, { creds: ALICE, ...options });
      expect(labels(result)).toEqual([]);
      expect(keyGrants(versions, result.store)).toEqual([
        `${CAROL.name} (key ${fingerprint}) got the current key of domain prod: only ours has this owner`,
      ]);
    }
    expect(labels(merge(versions, { decide: "leave-out" }))).toEqual([]);
  });

  test("is a conflict of its own, if a copy is kept that was sealed to the old key", () => {
    const result = merge(versionsOf(base, base.addSecret("dev", "x", "1", tick()), swapped), {
      creds: CAROL,
    });
    expect(labels(result)).toEqual([`custodian ${CAROL.name}`]);
    expect(result.conflicts[0]?.reason).toContain(
      "kept copies of domain keys that are sealed to the old one",
    );
  });

  test("keeps what that side sealed to it itself", () => {
    const own = base.setCustodianPassphrase(unlocked(base, BOB), OTHER_PASSPHRASE, "raw", tick());
    const sides = versionsOf(base, base.addSecret("prod", "new", "v", tick()), own);
    const result = merge(sides);
    expectSound(result, sides);
    expect(prodOf(result, { ...PASSPHRASES, [BOB.name]: OTHER_PASSPHRASE }).owners).toEqual([
      ALICE.name,
      BOB.name,
    ]);
  });

  test("gets none by a merge with either passphrase of its custodian: each opens one side", () => {
    const own = base.setCustodianPassphrase(unlocked(base, BOB), OTHER_PASSPHRASE, "raw", tick());
    const sides = versionsOf(base, rotated(base), own);
    for (const passphrase of [OTHER_PASSPHRASE, BOB.passphrase]) {
      const creds = { name: BOB.name, passphrase };
      expect(labels(merge(sides, { creds }))).toEqual([`prod owner ${BOB.name}`]);
    }
  });
});

test("a domain never loses its last owner, and the passphrase that is needed is named", () => {
  const base = teamStore();
  const ours = base.setCustodianPassphrase(unlocked(base, ALICE), OTHER_PASSPHRASE, "raw", tick());
  const theirs = base.addDomain("qa", ALICE.name, tick()).addSecret("qa", "q", "v", tick());
  const versions = versionsOf(base, ours, theirs);
  for (const decide of [undefined, "ours", "leave-out"] as const) {
    const result = merge(versions, decide ? { decide } : {});
    expect(labels(result)).toEqual([`qa owner ${ALICE.name}`]);
    expect(result.conflicts[0]?.reason).toContain(`needs the old passphrase of ${ALICE.name}`);
    if (decide) expect(result.conflicts[0]?.reason).toContain("no owner would be left");
  }
  const result = merge(versions, { creds: ALICE, decide: "grant" });
  expectSound(result, versions);
  expect(openEverything(result.store, { ...PASSPHRASES, [ALICE.name]: OTHER_PASSPHRASE }).secrets.qa).toEqual(
    { q: "v" },
  );
});

describe("a domain with the public key of another domain", () => {
  const base = teamStore();
  const carol = createCustodian({ name: CAROL.name, passphrase: OTHER_PASSPHRASE }, "raw");
  const aliased = edited(base, {
    domains: new Map(base.data.domains).set("sandbox", {
      ...domainOf(base),
      secrets: new Map(),
      // Carol's copy opens nothing: a merge that sealed her another one would give her prod.
      owners: new Map(domainOf(base).owners).set(
        CAROL.name,
        domainOf(base, "dev").owners.get(CAROL.name) ?? "",
      ),
    }),
  });
  const rekeyed = edited(base, { custodians: new Map(base.data.custodians).set(CAROL.name, carol.pwdkm) });
  const trust: KnownKeys = { trusts: () => true, trustsCustodian: () => true, trustsOwner: () => true };

  test("is a conflict where a side adds it", () => {
    const result = merge(versionsOf(base, base.addSecret("prod", "x", "1", tick()), aliased), {
      creds: ALICE,
      trust,
    });
    expect(labels(result)).toEqual(["sandbox"]);
    expect(result.conflicts[0]?.reason).toContain("with the key of domain prod");
  });

  test("has no copy of its key sealed to anyone, though it was there before", () => {
    const versions = versionsOf(aliased, edited(aliased, { custodians: rekeyed.data.custodians }), aliased);
    for (const decide of [undefined, "grant"] as const) {
      const result = merge(versions, { creds: ALICE, trust, ...(decide ? { decide } : {}) });
      expect(labels(result)).toContain(`sandbox owner ${CAROL.name}`);
    }
  });
});
