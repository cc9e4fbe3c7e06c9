import { expect, test } from "bun:test";
import fc from "fast-check";
import { everyRule } from "../../../src/git/guard/consistency-rules.ts";
import { isPlainUpdate } from "../../../src/git/guard/plain-update.ts";
import type { StoreRevision } from "../../../src/git/guard/store-revision.ts";
import type { Domain, StoreData } from "../../../src/store/store-data.ts";
import { ALICE, NOW, sampleStore, unlocked } from "../../support/stores.ts";

const TIME = "2026-02-03T04:06:06Z";
const LATER = new Date(NOW.getTime() + 60_000);
const file = sampleStore()
  .addSecret("dev", "gone_next", "v", NOW)
  .addSecret("prod", "two", "prod-two", NOW)
  .addDomain("two in dev", ALICE.name, NOW)
  .addSecret("two in dev", "api-key", "other", NOW);
const { data: parent } = file;
const [fresh, other] = ["a", "b"].map(
  (value) =>
    file.setSecret("dev", "api-key", value, LATER).data.domains.get("dev")?.secrets.get("api-key") ?? "",
);
const rotated = file.rotateDomainKey("prod", unlocked(file, ALICE), LATER).data;

function revision(store: StoreData, before: StoreData = parent): StoreRevision {
  return { path: "s.yaml", store, parents: [before], bases: undefined, lineOf: () => 1 };
}

type Change = (store: StoreData) => StoreData;

function inDomain(name: string, change: (domain: Domain) => Domain): Change {
  return (store) => {
    const domain = store.domains.get(name);
    return domain ? { ...store, domains: new Map(store.domains).set(name, change(domain)) } : store;
  };
}

const value = (domain: string, secret: string, sealed: string): Change =>
  inDomain(domain, (before) => ({ ...before, secrets: new Map(before.secrets).set(secret, sealed) }));
const logged =
  (...entries: readonly string[]): Change =>
  (store) => ({ ...store, auditLog: [...store.auditLog, ...entries] });

const textsOf = ({ domains }: StoreData): string[] =>
  [...domains.values()].flatMap(({ secrets, owners }) => [...secrets.values(), ...owners.values()]);
const secrets = [...parent.domains].flatMap(([domain, each]) =>
  [...each.secrets.keys()].map((secret) => [domain, secret] as const),
);

const sealed = fc.constantFrom(fresh ?? "", other ?? "", ...textsOf(parent), ...textsOf(rotated));
const entry = fc.oneof(
  fc.constantFrom(...secrets).map(([domain, secret]) => `${TIME} -- updated secret ${secret} in ${domain}`),
  fc.constantFrom(
    `${TIME} -- set secret api-key in dev`,
    `${TIME} -- removed secret api-key from dev`,
    `${TIME} -- updated secret api-key in two in dev`,
    `${TIME} -- rotated key for domain dev`,
    `${TIME} -- staged rotation of secret api-key in dev`,
    `${TIME} -- staged rotation of secret gone in dev`,
    `${TIME} -- signed rotation of domain dev: forged`,
    "truncated 3 audit log entries",
    "no entry at all",
    ...rotated.auditLog.slice(parent.auditLog.length),
  ),
);

/** What commands, people and strangers do to a store. */
const change: fc.Arbitrary<Change> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(fc.constantFrom(...secrets), sealed).map(([at, text]) => value(...at, text)),
  },
  { weight: 6, arbitrary: entry.map((text) => logged(text)) },
  fc.constantFrom<Change>(
    value("dev", "new", fresh ?? ""),
    inDomain("dev", (domain) => ({ ...domain, secrets: new Map([...domain.secrets].slice(1)) })),
    inDomain("dev", (domain) => ({ ...domain, secrets: new Map([...domain.secrets].toReversed()) })),
    inDomain("dev", (domain) => ({ ...domain, owners: new Map([...domain.owners].slice(1)) })),
    inDomain("dev", (domain) => ({ ...domain, owners: new Map(domain.owners) })),
    inDomain("dev", (domain) => ({
      ...domain,
      publicKey: parent.domains.get("prod")?.publicKey ?? domain.publicKey,
    })),
    inDomain("prod", (domain) => rotated.domains.get("prod") ?? domain),
    (store) => ({ ...store, domains: new Map([...store.domains].slice(1)) }),
    (store) => ({ ...store, custodians: new Map([...store.custodians].slice(1)) }),
    (store) => ({ ...store, auditLog: store.auditLog.slice(1) }),
    (store) => ({ ...store, auditLog: store.auditLog.toReversed() }),
    (store) => ({ ...store, auditLog: [] }),
  ),
);

const changes = fc.array(change, { maxLength: 5 });
const applied = (store: StoreData, each: readonly Change[]): StoreData =>
  each.reduce((now, next) => next(now), store);

test("no rule finds anything in what is taken for a plain update", () => {
  let plain = 0;
  fc.assert(
    fc.property(changes, changes, (before, after) => {
      const old = applied(parent, before);
      const now = revision(applied(old, after), old);
      if (!isPlainUpdate(now)) return;
      plain++;
      expect(everyRule(now)).toEqual({ errors: [], warnings: [] });
    }),
    { numRuns: 5000 },
  );
  expect(plain).toBeGreaterThan(50);
});

test("values that were there before, or that no entry explains, are left to the rules", () => {
  const update = [value("dev", "api-key", fresh ?? ""), logged(`${TIME} -- updated secret api-key in dev`)];
  expect(isPlainUpdate(revision(applied(parent, update)))).toBeTrue();
  const others: Record<string, readonly Change[]> = {
    "no entry": update.slice(0, 1),
    "of another secret": [...update, value("dev", "db-password", other ?? "")],
    copied: [
      ...update,
      value("dev", "db-password", fresh ?? ""),
      logged(`${TIME} -- set secret db-password in dev`),
    ],
    "a signature": [...update, logged(`${TIME} -- signed rotation of domain dev: forged`)],
  };
  for (const [what, each] of Object.entries(others))
    expect([what, isPlainUpdate(revision(applied(parent, each)))]).toEqual([what, false]);
});
