import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { createCustodian } from "../../../src/store/custodian.ts";
import { openDomainKey } from "../../../src/store/domain.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { findDomain } from "../../../src/store/lookup.ts";
import type { StoreData } from "../../../src/store/store-data.ts";
import {
  custodianFingerprint,
  displayFingerprint,
  domainFingerprint,
} from "../../../src/store/trust/fingerprint.ts";
import { keyUses, pinsAfter, pinsAfterReading } from "../../../src/store/trust/key-uses.ts";
import { knownKeys } from "../../../src/store/trust/known-keys.ts";
import { formatPins, parsePins } from "../../../src/store/trust/pin-text.ts";
import {
  MAX_OLDER_KEYS,
  NO_PINS,
  type Pins,
  pinAll,
  pinCustodian,
  pinDomain,
  unpinDomain,
} from "../../../src/store/trust/pins.ts";
import { judgeDomain, judgeNewOwner, judgeOwner, verdictOn } from "../../../src/store/trust/policy.ts";
import { grantProof, isProof } from "../../../src/store/trust/proof.ts";
import { proofsIn } from "../../../src/store/trust/verify.ts";
import { storeData } from "../../support/arbitraries.ts";
import { ALICE, BOB, CHEAP, NOW, sampleStore, unlocked } from "../../support/stores.ts";

const store = sampleStore();
const alice = unlocked(store, ALICE);
const bob = unlocked(store, BOB);
const pins = pinAll(store.data);
const MALLORY = { name: "mallory@example.com", passphrase: "m" };
const CAROL = { name: "carol@example.com", passphrase: "c" };

function stateOf({ data }: KeyFile, name: string, by: Pins = pins) {
  return judgeDomain(data, name, findDomain(data, name), by, proofsIn(data));
}

/** Whether an owner in the file would keep a domain in a rotation. */
function ownerOf({ data }: KeyFile, domain: string, owner: string, by: Pins = pins): string {
  const grantee = { name: owner, pwdkm: data.custodians.get(owner) ?? "" };
  return judgeOwner(domain, findDomain(data, domain), grantee, by, proofsIn(data)).kind;
}

function newOwner({ data }: KeyFile, domain: string, owner: string, by: Pins = pins): string {
  const grantee = { name: owner, pwdkm: data.custodians.get(owner) ?? "" };
  return judgeNewOwner(domain, findDomain(data, domain), grantee, by, proofsIn(data)).kind;
}

function withoutProofs({ data }: KeyFile): KeyFile {
  return KeyFile.from({ ...data, auditLog: data.auditLog.filter((entry) => !isProof(entry)) });
}

/** The pins after a command changed a store. */
function after(before: KeyFile, now: KeyFile, by: Pins = pins): Pins {
  return pinsAfter(by, before.data, now.data, proofsIn(before.data));
}

function read({ data }: KeyFile, domain: string, by: Pins = pins): Pins {
  return pinsAfterReading(by, data, [domain], proofsIn(data));
}

describe("a domain's key", () => {
  const rotated = store.rotateDomainKey("dev", alice, NOW);

  test("is the accepted one, new, an older one, or proven from the accepted one", () => {
    expect(stateOf(store, "dev").kind).toBe("pinned");
    expect(stateOf(store, "dev", NO_PINS).kind).toBe("first-use");
    expect(stateOf(rotated, "dev")).toEqual({ kind: "proven", between: [] });
    expect(stateOf(store, "dev", read(rotated, "dev")).kind).toBe("older");
    expect(stateOf(store.addDomain("new", ALICE.name, NOW), "new").kind).toBe("first-use");
  });

  test("over several rotations makes each key on the way an older one", () => {
    const thrice = rotated.rotateDomainKey("dev", alice, NOW).rotateDomainKey("dev", alice, NOW);
    const moved = read(thrice, "dev");
    for (const old of [store, rotated]) expect(stateOf(old, "dev", moved).kind).toBe("older");
    expect(moved.domains.get("dev")?.older).toHaveLength(3);
  });

  test("that nothing proves is unproven, with the owners that are new", () => {
    expect(stateOf(withoutProofs(rotated), "dev")).toEqual({ kind: "unproven", newOwners: [] });
    const more = withoutProofs(
      store
        .addCustodian(CAROL, CHEAP, NOW)
        .addOwner("dev", CAROL.name, alice, NOW)
        .rotateDomainKey("dev", alice, NOW),
    );
    expect(stateOf(more, "dev")).toEqual({ kind: "unproven", newOwners: [CAROL.name] });
  });

  test("that a key before the accepted one signed is not followed: a removed owner's fork of the chain", () => {
    const accepted = read(rotated, "dev");
    const fork = store.rotateDomainKey("dev", bob, NOW);
    expect(stateOf(fork, "dev", accepted)).toMatchObject({ kind: "unproven" });
    // The fork with the real rotation's proofs beside its own.
    const both = KeyFile.from({ ...fork.data, auditLog: [...rotated.data.auditLog, ...fork.data.auditLog] });
    expect(stateOf(both, "dev", accepted)).toMatchObject({ kind: "unproven" });
  });

  test("of a removed owner's fork leads a stale pin astray where the log hides the real one, and nowhere else", () => {
    const fork = store.rotateDomainKey("dev", bob, NOW);
    expect(stateOf(fork, "dev")).toMatchObject({ kind: "proven" });
    const both = KeyFile.from({ ...fork.data, auditLog: [...fork.data.auditLog, ...rotated.data.auditLog] });
    expect(stateOf(both, "dev")).toMatchObject({ kind: "unproven" });
  });

  test("that was accepted under another name is neither new nor this domain's", () => {
    const [dev, prod] = [findDomain(store.data, "dev"), findDomain(store.data, "prod")];
    const swapped = KeyFile.from({
      ...store.data,
      domains: new Map([
        ["dev", prod],
        ["prod", dev],
      ]),
    });
    expect(stateOf(swapped, "dev")).toEqual({ kind: "elsewhere", other: "prod" });
    const old = KeyFile.from({ ...rotated.data, domains: new Map(rotated.data.domains).set("sandbox", dev) });
    expect(stateOf(old, "sandbox", read(rotated, "dev"))).toEqual({ kind: "elsewhere", other: "dev" });
  });

  test("of a domain that was removed here is an older one when the domain comes back", () => {
    const gone = unpinDomain(pins, "prod");
    expect(stateOf(store, "prod", gone).kind).toBe("older");
    expect(
      stateOf(store.removeDomain("prod", NOW).addDomain("prod", ALICE.name, NOW), "prod", gone).kind,
    ).toBe("first-use");
  });

  test("may be used as its state and the purpose say", () => {
    const verdicts = (state: Parameters<typeof verdictOn>[0]) =>
      (["read", "seal", "grant"] as const).map((purpose) => verdictOn(state, purpose));
    expect(verdicts({ kind: "pinned" })).toEqual(["allow", "allow", "allow"]);
    expect(verdicts({ kind: "first-use" })).toEqual(["allow", "allow", "allow"]);
    expect(verdicts({ kind: "proven", between: [] })).toEqual(["allow", "allow", "allow"]);
    expect(verdicts({ kind: "older" })).toEqual(["allow", "refuse", "refuse"]);
    expect(verdicts({ kind: "shared", other: "x" })).toEqual(["warn", "refuse", "refuse"]);
    expect(verdicts({ kind: "elsewhere", other: "x" })).toEqual(["refuse", "refuse", "refuse"]);
    expect(verdicts({ kind: "unlisted" })).toEqual(["refuse", "refuse", "refuse"]);
    expect(verdicts({ kind: "unproven", newOwners: ["m"] })).toEqual(["warn", "refuse", "refuse"]);
    expect(verdicts({ kind: "unproven", newOwners: [] })).toEqual([
      "ask-upstream",
      "ask-upstream",
      "ask-upstream",
    ]);
  });
});

describe("an owner in the file", () => {
  const withMallory = (from: KeyFile): KeyFile => {
    const made = from.addCustodian(MALLORY, CHEAP, NOW);
    const dev = findDomain(made.data, "dev");
    const entry = dev.owners.get(BOB.name) ?? "";
    return KeyFile.from({
      ...made.data,
      domains: new Map(made.data.domains).set("dev", {
        ...dev,
        owners: new Map(dev.owners).set(MALLORY.name, entry),
      }),
    });
  };

  test("is known when accepted or granted by an owner, not when written into the file", () => {
    expect(ownerOf(store, "dev", BOB.name)).toBe("known");
    expect(ownerOf(withMallory(store), "dev", MALLORY.name)).toBe("unproven");
    const granted = store.addCustodian(CAROL, CHEAP, NOW).addOwner("dev", CAROL.name, bob, NOW);
    expect(ownerOf(granted, "dev", CAROL.name)).toBe("known");
    expect(ownerOf(withoutProofs(granted), "dev", CAROL.name)).toBe("unproven");
  });

  test("who is an accepted custodian of another domain alone is not known", () => {
    const prod = findDomain(store.data, "prod");
    const copied = KeyFile.from({
      ...store.data,
      domains: new Map(store.data.domains).set("prod", {
        ...prod,
        owners: new Map(prod.owners).set(BOB.name, findDomain(store.data, "dev").owners.get(BOB.name) ?? ""),
      }),
    });
    expect(ownerOf(copied, "prod", BOB.name)).toBe("unproven");
  });

  test("whose custodian key was replaced is changed; a passphrase that the owner changed is proven", () => {
    const imposter = createCustodian({ name: BOB.name, passphrase: "mallory's" }, CHEAP);
    const replaced = KeyFile.from({
      ...store.data,
      custodians: new Map(store.data.custodians).set(BOB.name, imposter.pwdkm),
    });
    expect(ownerOf(replaced, "dev", BOB.name)).toBe("changed");
    expect(newOwner(replaced, "prod", BOB.name)).toBe("changed");
    const honest = store.setCustodianPassphrase(bob, "new", CHEAP, NOW);
    expect(ownerOf(honest, "dev", BOB.name)).toBe("known");
    expect(ownerOf(withoutProofs(honest), "dev", BOB.name)).toBe("changed");
  });

  test("proves nothing for another domain: an owner of one could sign a key for a custodian of more", () => {
    const changed = store.setCustodianPassphrase(bob, "new", CHEAP, NOW);
    expect(newOwner(changed, "prod", BOB.name)).toBe("changed");
    expect(
      newOwner(
        changed,
        "prod",
        BOB.name,
        pinCustodian(pins, BOB.name, custodianFingerprint(changed.data.custodians.get(BOB.name) ?? "")),
      ),
    ).toBe("known");
  });

  test("who was removed is not known again by an old proof or by a new one of their own", () => {
    const removed = store.removeOwner("dev", BOB.name, NOW);
    const now = after(store, removed);
    // The old entry and its proof put back.
    const back = KeyFile.from({ ...store.data, auditLog: removed.data.auditLog });
    expect(ownerOf(back, "dev", BOB.name, now)).toBe("unproven");
    // Bob, who still has the key, signs for somebody else.
    const withCarol = removed.addCustodian(CAROL, CHEAP, NOW);
    const dev = findDomain(store.data, "dev");
    const proof = grantProof(
      "dev",
      openDomainKey("dev", dev, bob),
      CAROL.name,
      withCarol.data.custodians.get(CAROL.name) ?? "",
    );
    const signed = KeyFile.from({
      ...withCarol.data,
      domains: new Map(withCarol.data.domains).set("dev", {
        ...dev,
        owners: new Map([
          [ALICE.name, dev.owners.get(ALICE.name) ?? ""],
          [CAROL.name, dev.owners.get(BOB.name) ?? ""],
        ]),
      }),
      auditLog: [...withCarol.data.auditLog, `2026-02-03T04:05:06Z -- ${proof}`],
    });
    expect(ownerOf(signed, "dev", CAROL.name, now)).toBe("unproven");
    // Whose pins never saw the removal go by what they know: bob is gone, so what he could sign counts for nothing.
    expect(ownerOf(signed, "dev", CAROL.name)).toBe("unproven");
    // Alice makes bob an owner again.
    const again = removed.addOwner("dev", BOB.name, alice, NOW);
    expect(ownerOf(again, "dev", BOB.name, after(removed, again, now))).toBe("known");
  });

  test("whom a removed owner granted before the removal stays, where that was seen", () => {
    const granted = store.addCustodian(CAROL, CHEAP, NOW).addOwner("dev", CAROL.name, bob, NOW);
    const removed = granted.removeOwner("dev", BOB.name, NOW);
    expect(ownerOf(removed, "dev", CAROL.name, after(granted, removed))).toBe("known");
  });
});

describe("uses of keys in a change", () => {
  const actor = { name: ALICE.name, publicKey: alice.privateKey.publicKey };
  const uses = (now: KeyFile, was: KeyFile = store) => keyUses(was.data, now.data, actor);

  test("are sealing, granting and rotating, and nothing else", () => {
    expect(uses(store.addSecret("dev", "x", "v", NOW))).toEqual([{ kind: "seal", domain: "dev" }]);
    expect(uses(store.removeSecret("dev", "api-key", NOW))).toEqual([]);
    expect(uses(store.addOwner("prod", BOB.name, alice, NOW))).toEqual([
      { kind: "grant", domain: "prod", owner: BOB.name },
    ]);
    expect(uses(store.rotateDomainKey("dev", alice, NOW))).toEqual([
      { kind: "rotate", domain: "dev" },
      { kind: "regrant", domain: "dev", owner: BOB.name },
    ]);
    expect(uses(store.removeOwner("dev", BOB.name, NOW))).toEqual([]);
    expect(uses(store.addDomain("new", ALICE.name, NOW))).toEqual([]);
    expect(uses(store.removeDomain("dev", NOW))).toEqual([]);
  });

  test("leave out what the actor gets: a new passphrase shows nobody anything", () => {
    expect(uses(store.setCustodianPassphrase(alice, "new", CHEAP, NOW))).toEqual([]);
    expect(keyUses(store.data, store.setCustodianPassphrase(bob, "new", CHEAP, NOW).data, actor)).toEqual([
      { kind: "regrant", domain: "dev", owner: BOB.name },
    ]);
  });
});

describe("pins", () => {
  test("after a change accept what the command made", () => {
    const rotated = store.rotateDomainKey("dev", alice, NOW, [BOB.name]);
    const moved = after(store, rotated);
    expect(stateOf(rotated, "dev", moved).kind).toBe("pinned");
    expect([...(moved.domains.get("dev")?.owners.keys() ?? [])]).toEqual([ALICE.name]);
    const rekeyed = store.setCustodianPassphrase(bob, "new", CHEAP, NOW);
    expect(ownerOf(withoutProofs(rekeyed), "dev", BOB.name, after(store, rekeyed))).toBe("known");
    const without = after(store, store.removeCustodian(BOB.name, NOW));
    expect(without.custodians.has(BOB.name)).toBe(false);
  });

  test("of a first use leave out keys that two domains share", () => {
    const shared = KeyFile.from({
      ...store.data,
      domains: new Map(store.data.domains).set("twin", findDomain(store.data, "prod")),
    });
    expect([...pinAll(shared.data).domains.keys()]).toEqual(["dev"]);
  });

  test("keep a bounded number of older keys", () => {
    const key = (index: number): string => index.toString(16).padStart(64, "0");
    let all = NO_PINS;
    for (let index = 0; index < 2 * MAX_OLDER_KEYS; index++) all = pinDomain(all, "d", key(index), new Map());
    expect(all.domains.get("d")?.older).toHaveLength(MAX_OLDER_KEYS);
    expect(all.domains.get("d")?.older[0]).toBe(key(2 * MAX_OLDER_KEYS - 2));
  });

  test("are read back as they were written, whatever the names; anything else is not read", () => {
    fc.assert(
      fc.property(storeData, (data: StoreData) => {
        const record = { path: "/a", remotes: ["0".repeat(64)], pins: pinAll(data) };
        expect(parsePins(formatPins(record))).toEqual(record);
      }),
      { numRuns: 50 },
    );
    for (const text of [
      "",
      "{}",
      "null",
      "[]",
      '{"version":1}',
      '{"version":2,"path":"","remotes":[],"domains":[],"custodians":[]}',
    ]) {
      expect(parsePins(text)).toBeUndefined();
    }
    const good = formatPins({ path: "/a", remotes: [], pins });
    expect(parsePins(good.replace(/[0-9a-f]{64}/, "zz"))).toBeUndefined();
    expect(parsePins(good.slice(0, -5))).toBeUndefined();
  });
});

describe("keys in a merge", () => {
  const ours = store.rotateDomainKey("dev", alice, NOW);
  const theirs = store.rotateDomainKey("dev", bob, NOW);
  const keyOf = ({ data }: KeyFile): string => findDomain(data, "dev").publicKey;

  test("are trusted where accepted, or proven from the accepted key or the ancestor's", () => {
    const one = knownKeys(pins, store.data, [store.data, ours.data]);
    expect([one.trusts("dev", keyOf(store)), one.trusts("dev", keyOf(ours))]).toEqual([true, true]);
    expect(knownKeys(undefined, store.data, [ours.data]).trusts("dev", keyOf(ours))).toBe(true);
    const unproven = withoutProofs(ours);
    expect(knownKeys(pins, store.data, [store.data, unproven.data]).trusts("dev", keyOf(ours))).toBe(false);
    expect(one.trusts("other", keyOf(ours))).toBe(false);
  });

  test("of two sides that both rotated win nothing by their proofs", () => {
    const both = knownKeys(pins, store.data, [store.data, ours.data, theirs.data]);
    expect([both.trusts("dev", keyOf(ours)), both.trusts("dev", keyOf(theirs))]).toEqual([false, false]);
  });

  test("from before the accepted one are not trusted, nor what they sign", () => {
    const accepted = knownKeys(read(ours, "dev"), store.data, [store.data, ours.data, theirs.data]);
    expect(accepted.trusts("dev", keyOf(ours))).toBe(true);
    expect(accepted.trusts("dev", keyOf(theirs))).toBe(false);
    expect(accepted.trusts("dev", keyOf(store))).toBe(false);
  });

  test("that an owner signed whom the other side removed are not trusted: they would hold that key", () => {
    const removed = store.removeOwner("dev", BOB.name, NOW).addSecret("dev", "after", "v", NOW);
    const fork = store.rotateDomainKey("dev", bob, NOW, [ALICE.name]);
    for (const by of [pins, undefined]) {
      expect(
        knownKeys(by, store.data, [store.data, removed.data, fork.data]).trusts("dev", keyOf(fork)),
      ).toBe(false);
    }
    // This user removed him, and the ancestor is from after that.
    const later = knownKeys(after(store, removed), removed.data, [removed.data, fork.data]);
    expect(later.trusts("dev", keyOf(fork))).toBe(false);
    // The side that removes an owner and rotates is what a rotation is for.
    const honest = store.removeOwner("dev", BOB.name, NOW).rotateDomainKey("dev", alice, NOW);
    const added = store.addSecret("dev", "x", "v", NOW);
    expect(
      knownKeys(pins, store.data, [store.data, added.data, honest.data]).trusts("dev", keyOf(honest)),
    ).toBe(true);
  });

  test("of custodians are trusted where accepted alone", () => {
    const changed = store.setCustodianPassphrase(bob, "new", CHEAP, NOW);
    const known = knownKeys(pins, store.data, [changed.data]);
    expect(known.trustsCustodian(BOB.name, store.data.custodians.get(BOB.name) ?? "")).toBe(true);
    expect(known.trustsCustodian(BOB.name, changed.data.custodians.get(BOB.name) ?? "")).toBe(false);
    expect(known.trustsCustodian("nobody", store.data.custodians.get(BOB.name) ?? "")).toBe(false);
  });
});

test("a fingerprint is shown as 96 bits in groups of four", () => {
  const whole = domainFingerprint(findDomain(store.data, "dev"));
  expect(whole).toMatch(/^[0-9a-f]{64}$/);
  expect(displayFingerprint(whole)).toMatch(/^(?:[0-9a-f]{4}-){5}[0-9a-f]{4}$/);
  expect(whole).toStartWith(displayFingerprint(whole).replaceAll("-", ""));
});
