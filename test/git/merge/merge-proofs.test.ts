import { describe, expect, test } from "bun:test";
import { checkStoreChange } from "../../../src/git/guard/consistency-rules.ts";
import { conflictLabel } from "../../../src/git/merge/conflict.ts";
import type { Decision } from "../../../src/git/merge/merge-context.ts";
import { mergeCredentials } from "../../../src/git/merge/merge-credentials.ts";
import { type MergeResult, mergeStores } from "../../../src/git/merge/merge-stores.ts";
import type { StoreVersions } from "../../../src/git/merge/versions.ts";
import type { Creds } from "../../../src/store/credentials.ts";
import { openDomainKey, sealSecret } from "../../../src/store/domain.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import { domainFingerprint } from "../../../src/store/trust/fingerprint.ts";
import { pinsAfterReading } from "../../../src/store/trust/key-uses.ts";
import { knownKeys, TRUST_NO_NEW_KEY } from "../../../src/store/trust/known-keys.ts";
import { type Pins, pinAll } from "../../../src/store/trust/pins.ts";
import { grantProof, isProof, rotationProof } from "../../../src/store/trust/proof.ts";
import { proofsIn, provenGrant, provenRotation } from "../../../src/store/trust/verify.ts";
import {
  ALICE,
  BOB,
  CAROL,
  domainOf,
  edited,
  openedBy,
  rotated,
  stolenKey,
  teamStore,
  tick,
  unlocked,
} from "../../support/merge-stores.ts";

interface Sides {
  readonly base: KeyFile;
  readonly ours: KeyFile;
  readonly theirs: KeyFile;
}

interface Options {
  readonly creds?: Creds;
  readonly pins?: Pins;
  readonly trusting?: boolean;
  readonly decide?: Decision;
}

function merge(sides: Sides, { creds = ALICE, pins, trusting = true, decide }: Options = {}): MergeResult {
  const versions = versionsOf(sides);
  const trust = trusting
    ? knownKeys(pins, versions.base, [versions.ours, versions.theirs])
    : TRUST_NO_NEW_KEY;
  const credentials = mergeCredentials(creds, versions);
  return mergeStores(versions, { credentials, trust, decide: () => decide }, tick());
}

function versionsOf({ base, ours, theirs }: Sides): StoreVersions {
  return { base: base.data, ours: ours.data, theirs: theirs.data };
}

const publicKeyIn = (store: StoreData): string => store.domains.get("prod")?.publicKey ?? "";

const follows = (from: KeyFile, { store }: { readonly store: StoreData }): boolean =>
  provenRotation(store.auditLog, "prod", domainFingerprint(domainOf(from)), publicKeyIn(store)) !== undefined;

const isGranted = ({ store }: MergeResult, owner: string): boolean =>
  provenGrant(store.auditLog, "prod", publicKeyIn(store), owner, store.custodians.get(owner) ?? "");

const labels = ({ conflicts }: MergeResult): string[] =>
  conflicts.map(({ subject }) => conflictLabel(subject));

/** A merge that the guard has nothing against, not even a warning. */
function expectSound(result: MergeResult, sides: Sides): void {
  const { base, ours, theirs } = versionsOf(sides);
  expect(labels(result)).toEqual([]);
  const change = { path: "store", store: result.store, lineOf: () => 1 };
  expect(checkStoreChange({ ...change, parents: [ours, theirs], bases: [base] })).toEqual({
    errors: [],
    warnings: [],
  });
}

const withoutProofs = ({ data }: KeyFile): KeyFile =>
  KeyFile.from({ ...data, auditLog: data.auditLog.filter((entry) => !isProof(entry)) });

const base = teamStore();
const added = base.addSecret("prod", "new", "v", tick());

describe("a merge that makes a key", () => {
  const sides: Sides = {
    base,
    ours: rotated(base).addSecret("prod", "ours", "o", tick()),
    theirs: rotated(base, BOB).addSecret("prod", "theirs", "t", tick()),
  };

  test("signs it by both sides' keys, so that the users of each side and of the ancestor follow", () => {
    const result = merge(sides);
    expectSound(result, sides);
    expect(result.newKeys).toHaveLength(1);
    for (const from of Object.values(sides)) expect(follows(from, result)).toBe(true);
    for (const owner of [ALICE.name, BOB.name]) expect(isGranted(result, owner)).toBe(true);
  });

  test("moves the pins of every user, with the owners", () => {
    const result = merge(sides);
    for (const from of Object.values(sides)) {
      const pins = pinsAfterReading(pinAll(from.data), result.store, ["prod"], proofsIn(result.store));
      expect(pins.domains.get("prod")).toMatchObject({
        key: domainFingerprint({ publicKey: publicKeyIn(result.store) }),
        owners: pinAll(result.store).domains.get("prod")?.owners,
      });
    }
  });

  test("keeps the proofs of both sides, each once", () => {
    const { auditLog } = merge(sides).store;
    for (const side of [sides.ours, sides.theirs]) {
      for (const entry of side.data.auditLog)
        expect(auditLog.filter((each) => each === entry)).toEqual([entry]);
    }
  });

  test("signs it in a store without any proof too", () => {
    const plain = {
      base: withoutProofs(base),
      ours: withoutProofs(sides.ours),
      theirs: withoutProofs(sides.theirs),
    };
    const result = merge(plain);
    expectSound(result, plain);
    for (const from of Object.values(plain)) expect(follows(from, result)).toBe(true);
  });

  test("signs nothing in a conflict", () => {
    const changed = {
      ...sides,
      ours: sides.ours.updateSecret("prod", "db", "o", tick()),
      theirs: sides.theirs.updateSecret("prod", "db", "t", tick()),
    };
    const logs = [...changed.ours.data.auditLog, ...changed.theirs.data.auditLog];
    const result = merge(changed);
    expect(labels(result)).toEqual(["prod/db"]);
    expect(result.store.auditLog.filter((entry) => isProof(entry) && !logs.includes(entry))).toEqual([]);
  });
});

describe("one side rotated, with a proof, and the other added a secret", () => {
  const sides: Sides = { base, ours: added, theirs: rotated(base) };

  test("the addition alone is sealed to the rotated key, whichever user merges", () => {
    for (const pins of [undefined, pinAll(base.data), pinAll(sides.theirs.data)]) {
      for (const creds of [ALICE, BOB]) {
        const result = merge(sides, { creds, ...(pins ? { pins } : {}) });
        expectSound(result, sides);
        expect(result.newKeys).toEqual([]);
        const now = result.store.domains.get("prod");
        expect(now?.publicKey).toBe(domainOf(sides.theirs).publicKey);
        for (const [name, sealed] of domainOf(sides.theirs).secrets)
          expect(now?.secrets.get(name)).toBe(sealed);
      }
    }
  });

  test("a rotation that nothing proves, but that this user accepted, is signed by the key before it", () => {
    const plain = { ...sides, theirs: withoutProofs(sides.theirs) };
    const result = merge(plain, { pins: pinAll(plain.theirs.data) });
    expect(result.newKeys).toEqual([]);
    expect(follows(base, result)).toBe(true);
  });

  test("and an owner's addition, with a proof, is granted again under the rotated key", () => {
    const granted = { ...sides, ours: base.addOwner("prod", CAROL.name, unlocked(base, ALICE), tick()) };
    const result = merge(granted, { pins: pinAll(sides.theirs.data) });
    expectSound(result, granted);
    expect(result.newKeys).toEqual([]);
    expect(isGranted(result, CAROL.name)).toBe(true);
  });
});

describe("two users who both rotated and merge the same branches", () => {
  const left = rotated(base).addSecret("prod", "left", "l", tick());
  const right = rotated(base, BOB).addSecret("prod", "right", "r", tick());
  const first: Sides = { base, ours: left, theirs: right };
  const second: Sides = { base, ours: right, theirs: left };

  test("each keep their own key, come to one when they merge again, and everyone follows a later rotation", () => {
    const a = merge(first, { pins: pinAll(left.data) });
    const b = merge(second, { creds: BOB, pins: pinAll(right.data) });
    expect([publicKeyIn(a.store), publicKeyIn(b.store)]).toEqual([
      publicKeyIn(left.data),
      publicKeyIn(right.data),
    ]);
    const ancestor = merge(first, { trusting: false });
    const again: Sides = {
      base: KeyFile.from(ancestor.store),
      ours: KeyFile.from(a.store),
      theirs: KeyFile.from(b.store),
    };
    const swapped: Sides = { ...again, ours: again.theirs, theirs: again.ours };
    const byAlice = merge(again, { pins: pinAll(left.data) });
    const byBob = merge(swapped, { creds: BOB, pins: pinAll(right.data) });
    expectSound(byAlice, again);
    expectSound(byBob, swapped);
    expect(publicKeyIn(byAlice.store)).toBe(publicKeyIn(byBob.store));
    const later = { store: rotated(KeyFile.from(byAlice.store)).data };
    for (const from of [base, left, right, again.ours, again.theirs]) expect(follows(from, later)).toBe(true);
  });
});

describe("a proof by an owner who was removed", () => {
  const removed = base.removeOwner("prod", BOB.name, tick());
  const bobsKey = openDomainKey("prod", domainOf(base), unlocked(base, BOB));
  const stolen = stolenKey(removed);
  const secrets = new Map(
    [...domainOf(removed).secrets.keys()].map((name) => [name, sealSecret(stolen.domain, "garbage")]),
  );
  const hostile = edited(
    removed,
    { domains: new Map(removed.data.domains).set("prod", { ...stolen.domain, secrets }) },
    ["rotated key for domain prod", rotationProof("prod", bobsKey, stolen.domain.publicKey)],
  );

  test("makes no key of a branch win, and its holder gets nothing", () => {
    const sides = { base: removed, ours: removed.addSecret("prod", "new", "v", tick()), theirs: hostile };
    for (const pins of [undefined, pinAll(removed.data), pinAll(base.data)]) {
      const result = merge(sides, pins ? { pins } : {});
      expect(labels(result)).toEqual([]);
      expect(result.newKeys).toHaveLength(1);
      expect(openedBy(stolen.privateKey, result.store.domains.get("prod")?.secrets ?? new Map())).toEqual([]);
      expect(follows(removed, result)).toBe(true);
    }
  });

  test("nor where the other side removed them", () => {
    const early = edited(
      base,
      { domains: new Map(base.data.domains).set("prod", { ...stolenKey(removed).domain, secrets }) },
      ["rotated key for domain prod"],
    );
    const key = publicKeyIn(early.data);
    const forged = edited(early, {}, [rotationProof("prod", bobsKey, key)]);
    const versions = versionsOf({ base, ours: removed, theirs: forged });
    expect(knownKeys(undefined, base.data, [versions.ours, versions.theirs]).trusts("prod", key)).toBe(false);
  });

  test("makes no one an owner: the merge asks, and signs for those alone whom a user chose", () => {
    const carols = removed.data.custodians.get(CAROL.name) ?? "";
    const owners = new Map(domainOf(removed).owners).set(
      CAROL.name,
      domainOf(removed, "dev").owners.get(CAROL.name) ?? "",
    );
    const accomplice = edited(
      removed,
      { domains: new Map(removed.data.domains).set("prod", { ...domainOf(removed), owners }) },
      [`${BOB.name} added owner ${CAROL.name} to prod`, grantProof("prod", bobsKey, CAROL.name, carols)],
    );
    const sides = { base: removed, ours: rotated(removed), theirs: accomplice };
    for (const pins of [undefined, pinAll(removed.data), pinAll(sides.ours.data)]) {
      const result = merge(sides, pins ? { pins } : {});
      expect(labels(result)).toEqual([`prod owner ${CAROL.name}`]);
      expect(result.conflicts[0]?.reason).toContain("only theirs has this owner");
      expect(result.conflicts[0]?.choices).toEqual(["ours", "grant", "leave-out"]);
    }
    const granted = merge(sides, { decide: "grant" });
    expectSound(granted, sides);
    expect(isGranted(granted, CAROL.name)).toBe(true);
    for (const decide of ["ours", "leave-out"] as const) {
      const without = merge(sides, { decide });
      expect(labels(without)).toEqual([]);
      expect(without.store.domains.get("prod")?.owners.has(CAROL.name)).toBe(false);
    }
  });
});

describe("an owner whom one branch alone wrote into the file", () => {
  const owners = new Map(domainOf(base).owners).set(
    CAROL.name,
    domainOf(base, "dev").owners.get(CAROL.name) ?? "",
  );
  const written = edited(base, {
    domains: new Map(base.data.domains).set("prod", { ...domainOf(base), owners }),
  });

  test("gets no key by a merge, where the team's programs sign", () => {
    const sides = { base, ours: rotated(base), theirs: written };
    expect(labels(merge(sides))).toEqual([`prod owner ${CAROL.name}`]);
  });

  test("gets it where they do not, and is not signed for", () => {
    const plain = {
      base: withoutProofs(base),
      ours: withoutProofs(rotated(base)),
      theirs: withoutProofs(written),
    };
    const result = merge(plain);
    expect(labels(result)).toEqual([]);
    expect(isGranted(result, ALICE.name)).toBe(true);
    expect(isGranted(result, CAROL.name)).toBe(false);
  });
});
