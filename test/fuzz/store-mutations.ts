import fc from "fast-check";
import type { Domain, StoreData } from "../../src/store/store-data.ts";

/** From 0 to below 1, each as likely; `fc.double` has as many below 1e-10 as above. */
const fraction = fc.nat(2 ** 30 - 1).map((part) => part / 2 ** 30);

/** A change of what a store says, its entries named by fractions of however many there are. */
const entryEdit = fc.record({
  kind: fc.constantFrom(
    ...(["secret", "secret", "owner", "domain", "custodian", "public key", "log"] as const),
  ),
  /** Taken out, or set to what another entry of either store has. */
  how: fc.constantFrom("remove", "copy", "borrow"),
  a: fraction,
  b: fraction,
  c: fraction,
});

export type EntryEdit = typeof entryEdit extends fc.Arbitrary<infer Value> ? Value : never;

export const entryEdits = fc.noBias(fc.array(entryEdit, { minLength: 1, maxLength: 4 }));

/** A store after some changes of its entries, which may borrow from another: a store again, whatever it says. */
export function mutateEntries(store: StoreData, changes: readonly EntryEdit[], other: StoreData): StoreData {
  return changes.reduce((before, change) => apply(before, change, other), store);
}

function apply(store: StoreData, { kind, how, a, b, c }: EntryEdit, other: StoreData): StoreData {
  const source = how === "borrow" ? other : store;
  if (kind === "log") {
    const at = Math.floor(a * (store.auditLog.length + 1));
    const added = how === "remove" ? [] : [pick(source.auditLog, b) ?? ""];
    return { ...store, auditLog: store.auditLog.toSpliced(at, how === "remove" ? 3 : 0, ...added) };
  }
  if (kind === "custodian") {
    return { ...store, custodians: changed(store.custodians, source.custodians, how, a, b) };
  }
  if (kind === "domain") return { ...store, domains: changed(store.domains, source.domains, how, a, b) };
  const name = pick([...store.domains.keys()], a);
  const domain = name === undefined ? undefined : store.domains.get(name);
  const lender = pick([...source.domains.values()], b);
  if (name === undefined || !domain || !lender) return store;
  return {
    ...store,
    domains: new Map(store.domains).set(name, changedDomain(domain, lender, kind, how, b, c)),
  };
}

function changedDomain(
  domain: Domain,
  lender: Domain,
  kind: "secret" | "owner" | "public key",
  how: EntryEdit["how"],
  b: number,
  c: number,
): Domain {
  if (kind === "public key") return { ...domain, publicKey: lender.publicKey };
  if (kind === "owner") return { ...domain, owners: changed(domain.owners, lender.owners, how, b, c) };
  return { ...domain, secrets: changed(domain.secrets, lender.secrets, how, b, c) };
}

/** Without one entry, or with one name's value from among the values of another map. */
function changed<V>(
  map: ReadonlyMap<string, V>,
  source: ReadonlyMap<string, V>,
  how: EntryEdit["how"],
  a: number,
  b: number,
): ReadonlyMap<string, V> {
  const name = pick([...map.keys(), ...(how === "remove" ? [] : source.keys())], a);
  const value = pick([...source.values()], b);
  const copy = new Map(map);
  if (name === undefined) return copy;
  if (how === "remove") copy.delete(name);
  else if (value !== undefined) copy.set(name, value);
  return copy;
}

function pick<T>(items: readonly T[], fraction: number): T | undefined {
  return items[Math.floor(fraction * items.length)];
}
