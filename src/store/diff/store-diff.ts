import { compareCodePoints } from "../../common/code-points.ts";
import { type Domain, EMPTY_STORE, type StoreData, unionOfKeys } from "../store-data.ts";
import { type AuditLogChange, auditLogChanges } from "./audit-log-diff.ts";
import { keyTypeIn } from "./store-text.ts";

/** One difference between two versions of a store, by meaning. Names are as in the file. */
export type StoreChange =
  | {
      readonly kind: "custodian-added" | "custodian-removed";
      readonly custodian: string;
      readonly keyType: string;
    }
  | CustodianKeyChange
  | {
      /** With its secrets and owners. The secrets of an added domain are separate changes too. */
      readonly kind: "domain-added" | "domain-removed";
      readonly domain: string;
      readonly secrets: readonly string[];
      readonly owners: readonly string[];
    }
  | DomainRotation
  | {
      readonly kind: "secret-added" | "secret-changed" | "secret-removed";
      readonly domain: string;
      readonly secret: string;
    }
  | {
      /** Re-sealed: the entry changed, but neither the domain's nor the custodian's key did. */
      readonly kind: "owner-added" | "owner-removed" | "owner-resealed";
      readonly domain: string;
      readonly owner: string;
    }
  | AuditLogChange;

/**
 * A custodian's key material changed. Owner entries that were not re-sealed can no longer be opened (FORMAT.md, "What
 * ties entries together").
 */
export interface CustodianKeyChange {
  readonly kind: "custodian-key-changed";
  readonly custodian: string;
  readonly keyTypeBefore: string;
  readonly keyType: string;
  /** Domains that the custodian owns in both versions and whose entry was re-sealed. */
  readonly resealed: readonly string[];
  /** Domains that the custodian owns in both versions and whose entry is still sealed to the old key. */
  readonly stale: readonly string[];
}

/**
 * A domain has a new key pair. Entries that were not re-sealed can no longer be opened. Only entries of both versions are
 * listed.
 */
export interface DomainRotation {
  readonly kind: "domain-rotated";
  readonly domain: string;
  readonly secrets: readonly string[];
  readonly owners: readonly string[];
  readonly staleSecrets: readonly string[];
  readonly staleOwners: readonly string[];
}

/**
 * All differences between two versions of a store: custodians first, then the domains by name, then the audit log.
 * Needs no credentials.
 *
 * A rotated domain is one change: all of its secrets and owner entries look different, and without its key it cannot be known
 * whether a value changed too. The same is true for the owner entries of a custodian with a new key.
 *
 * @param before the older version, or `undefined` for none
 */
export function diffStores(before: StoreData | undefined, after: StoreData | undefined): StoreChange[] {
  const old = before ?? EMPTY_STORE;
  const now = after ?? EMPTY_STORE;
  const rekeyed = changedKeys(old.custodians, now.custodians);
  return [
    ...custodianChanges(old, now),
    ...sortedKeys(old.domains, now.domains).flatMap((name) =>
      domainChanges(name, old.domains.get(name), now.domains.get(name), rekeyed),
    ),
    ...auditLogChanges(old.auditLog, now.auditLog),
  ];
}

/**
 * What a merge took from its parents: the merged store, but with the first parent's value for each entry that no parent
 * has like that. {@link diffStores} from it to the merged store gives what the merge itself changed.
 */
export function inheritedStore(parents: readonly StoreData[], merged: StoreData): StoreData {
  const custodians = inheritedEntries(
    parents.map((parent) => parent.custodians),
    merged.custodians,
  );
  const domains = new Map<string, Domain>();
  for (const name of sortedKeys(merged.domains, ...parents.map((parent) => parent.domains))) {
    const domain = inheritedDomain(
      parents.map((parent) => parent.domains.get(name)),
      merged.domains.get(name),
    );
    if (domain) domains.set(name, domain);
  }
  // Logs are merged by time, so no parent has the result.
  return { domains, custodians, auditLog: merged.auditLog };
}

function inheritedDomain(
  parents: readonly (Domain | undefined)[],
  merged: Domain | undefined,
): Domain | undefined {
  const present = parents.filter((parent) => parent !== undefined);
  const [first] = present;
  if (!merged) return present.length === parents.length ? first : undefined;
  if (!first) return undefined;
  const kept = present.some(({ publicKey }) => publicKey === merged.publicKey);
  return {
    publicKey: kept ? merged.publicKey : first.publicKey,
    owners: inheritedEntries(
      parents.map((parent) => parent?.owners ?? NO_ENTRIES),
      merged.owners,
    ),
    secrets: inheritedEntries(
      parents.map((parent) => parent?.secrets ?? NO_ENTRIES),
      merged.secrets,
    ),
  };
}

const NO_ENTRIES: ReadonlyMap<string, string> = new Map();

function inheritedEntries(
  parents: readonly ReadonlyMap<string, string>[],
  merged: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const inherited = new Map<string, string>();
  for (const name of sortedKeys(merged, ...parents)) {
    const result = merged.get(name);
    const before = parents.map((parent) => parent.get(name));
    const value = before.includes(result) ? result : before.find((each) => each !== undefined);
    if (value !== undefined) inherited.set(name, value);
  }
  return inherited;
}

function custodianChanges(old: StoreData, now: StoreData): StoreChange[] {
  return sortedKeys(old.custodians, now.custodians).flatMap((custodian): StoreChange[] => {
    const before = old.custodians.get(custodian);
    const after = now.custodians.get(custodian);
    if (before === after) return [];
    if (before === undefined) {
      return [{ kind: "custodian-added", custodian, keyType: keyTypeIn(after ?? "") }];
    }
    if (after === undefined) {
      return [{ kind: "custodian-removed", custodian, keyType: keyTypeIn(before) }];
    }
    return [custodianKeyChange(custodian, keyTypeIn(before), keyTypeIn(after), old, now)];
  });
}

function custodianKeyChange(
  custodian: string,
  keyTypeBefore: string,
  keyType: string,
  old: StoreData,
  now: StoreData,
): CustodianKeyChange {
  const resealed: string[] = [];
  const stale: string[] = [];
  for (const name of sortedKeys(now.domains)) {
    const before = old.domains.get(name)?.owners.get(custodian);
    const after = now.domains.get(name)?.owners.get(custodian);
    if (before === undefined || after === undefined) continue;
    (before === after ? stale : resealed).push(name);
  }
  return { kind: "custodian-key-changed", custodian, keyTypeBefore, keyType, resealed, stale };
}

function domainChanges(
  domain: string,
  before: Domain | undefined,
  after: Domain | undefined,
  rekeyed: ReadonlySet<string>,
): StoreChange[] {
  if (!after) return before ? [wholeDomain("domain-removed", domain, before)] : [];
  if (!before) {
    return [wholeDomain("domain-added", domain, after), ...secretChanges(domain, NO_ENTRIES, after.secrets)];
  }
  const owners = ownerChanges(domain, before.owners, after.owners);
  const secrets = secretChanges(domain, before.secrets, after.secrets);
  if (before.publicKey === after.publicKey) {
    return [
      ...owners.filter((change) => change.kind !== "owner-resealed" || !rekeyed.has(change.owner)),
      ...secrets,
    ];
  }
  return [
    rotation(domain, before, after),
    ...owners.filter(({ kind }) => kind !== "owner-resealed"),
    ...secrets.filter(({ kind }) => kind !== "secret-changed"),
  ];
}

function wholeDomain(
  kind: "domain-added" | "domain-removed",
  domain: string,
  { secrets, owners }: Domain,
): StoreChange {
  return { kind, domain, secrets: sortedKeys(secrets), owners: sortedKeys(owners) };
}

function rotation(domain: string, before: Domain, after: Domain): DomainRotation {
  const secrets = changedKeys(before.secrets, after.secrets);
  const owners = changedKeys(before.owners, after.owners);
  return {
    kind: "domain-rotated",
    domain,
    secrets: [...secrets],
    owners: [...owners],
    staleSecrets: commonKeys(before.secrets, after.secrets).filter((name) => !secrets.has(name)),
    staleOwners: commonKeys(before.owners, after.owners).filter((name) => !owners.has(name)),
  };
}

function secretChanges(
  domain: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
) {
  return entryChanges(before, after).map(({ name, how }) => ({
    kind: `secret-${how}` as const,
    domain,
    secret: name,
  }));
}

function ownerChanges(
  domain: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
) {
  return entryChanges(before, after).map(({ name, how }) => ({
    kind: how === "changed" ? ("owner-resealed" as const) : (`owner-${how}` as const),
    domain,
    owner: name,
  }));
}

interface EntryChange {
  readonly name: string;
  readonly how: "added" | "changed" | "removed";
}

function entryChanges(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): EntryChange[] {
  return sortedKeys(before, after).flatMap((name): EntryChange[] => {
    if (before.get(name) === after.get(name)) return [];
    if (!before.has(name)) return [{ name, how: "added" }];
    return [{ name, how: after.has(name) ? "changed" : "removed" }];
  });
}

function sortedKeys(...maps: readonly ReadonlyMap<string, unknown>[]): string[] {
  return unionOfKeys(...maps).sort(compareCodePoints);
}

function commonKeys(a: ReadonlyMap<string, unknown>, b: ReadonlyMap<string, unknown>): string[] {
  return sortedKeys(a).filter((key) => b.has(key));
}

/** The keys of both maps whose values differ, sorted. */
function changedKeys(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): Set<string> {
  return new Set(commonKeys(before, after).filter((key) => before.get(key) !== after.get(key)));
}
