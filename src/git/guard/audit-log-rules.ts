import { displayName } from "../../common/terminal-safe.ts";
import { type AuditEvent, readAuditEntry, truncatedCount } from "../../store/audit-log-reader.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import {
  AUDIT_LOG_KEY,
  CUSTODIANS_KEY,
  type Domain,
  META_KEY,
  OWNERS_KEY,
  SECRET_PREFIX,
  type StoreData,
  unionOfKeys,
} from "../../store/store-data.ts";
import { ownersPhrase, returnedOwners } from "./returned-owners.ts";
import type { Remark, StoreRevision } from "./store-revision.ts";

type Log = readonly string[];

/** Checks that the audit log was only extended or truncated, and that it has an entry for each change. */
export function auditFindings({ store, parents, bases }: StoreRevision): {
  errors: Remark[];
  warnings: Remark[];
} {
  const written = parents.filter(({ auditLog }) => auditLog.length > 0);
  const errors = written.some(({ auditLog }) => !continuesLog(auditLog, store.auditLog, parents))
    ? [rewritten(store, parents)]
    : [];
  // A log that starts in this revision, or was truncated in it, may have no entry for the changes.
  const truncated = written.some(({ auditLog }) => startsTruncated(auditLog, store.auditLog));
  if (written.length < parents.length || truncated || errors.length > 0) return { errors, warnings: [] };
  const events = newEvents(store.auditLog, parents.length > 1 ? (bases ?? []) : parents);
  const uncovered = changesTo(store, parents).filter(({ covers }) => !events.some(covers));
  return {
    errors,
    warnings: uncovered.map(({ at, what }) => ({
      at,
      rule: "no-audit-entry",
      message: `${what} without an audit log entry: make changes with \`pprotect\` instead of editing the file`,
    })),
  };
}

function rewritten(store: StoreData, parents: readonly StoreData[]): Remark {
  const back = returnedOwners(store, parents);
  return {
    at: [AUDIT_LOG_KEY],
    rule: "audit-log-rewritten",
    message:
      "the audit log was rewritten: it is append-only (`pprotect truncate-audit-log` is the only way to shorten it). " +
      "After a revert, `pprotect git restore-log` puts the entries back" +
      (back.length === 0 ? "" : `; owners who came back: ${ownersPhrase(back)}`),
  };
}

/**
 * Whether a log has all entries of an older one, in their order. A merge may put the other side's entries between
 * them. After a truncation only the last ones are left, and no more may be missing than its entry says; the count of
 * an entry that a parent already has refers to that parent's log.
 */
export function continuesLog(old: Log, log: Log, parents: readonly StoreData[]): boolean {
  if (isSubsequence(old, log)) return true;
  const [header, ...rest] = log;
  const count = truncatedCount(header);
  if (count === undefined) return false;
  // Proofs that are still needed stay before them.
  const kept = new Set(rest);
  const dropped = old.slice(0, old.length - lastEntriesIn(old, rest));
  return (
    dropped.filter((entry) => !kept.has(entry)).length <= count ||
    parents.some(({ auditLog }) => auditLog[0] === header)
  );
}

/** How many of the last entries of an older log are in another one, in their order. */
function lastEntriesIn(old: Log, log: Log): number {
  let count = 0;
  for (const entry of log.toReversed()) {
    if (count === old.length) break;
    if (entry === old[old.length - 1 - count]) count++;
  }
  return count;
}

function startsTruncated(old: Log, log: Log): boolean {
  return truncatedCount(log[0]) !== undefined && !isSubsequence(old, log);
}

function isSubsequence(short: Log, long: Log): boolean {
  if (startsWith(long, short)) return true;
  let at = 0;
  for (const entry of long) if (at < short.length && entry === short[at]) at++;
  return at === short.length;
}

/** Whether a log begins with all entries of another one. */
export function startsWith(log: Log, start: Log): boolean {
  if (start.length > log.length) return false;
  for (let at = 0; at < start.length; at++) if (start[at] !== log[at]) return false;
  return true;
}

/** The events of the entries that no older log has; of an entry that occurs more often than there, the additional ones. */
function newEvents(log: Log, older: readonly StoreData[]): AuditEvent[] {
  const [only] = older;
  if (only && older.length === 1 && startsWith(log, only.auditLog))
    return log.slice(only.auditLog.length).flatMap((entry) => readAuditEntry(entry).events);
  const known = new Map<string, number>();
  for (const { auditLog } of older) {
    const counts = new Map<string, number>();
    for (const entry of auditLog) counts.set(entry, (counts.get(entry) ?? 0) + 1);
    for (const [entry, count] of counts) known.set(entry, Math.max(count, known.get(entry) ?? 0));
  }
  return log.flatMap((entry) => {
    const count = known.get(entry) ?? 0;
    if (count === 0) return readAuditEntry(entry).events;
    known.set(entry, count - 1);
    return [];
  });
}

interface Change {
  readonly at: EntryPath;
  readonly what: string;
  /** Whether an event of the audit log explains the change. */
  covers(event: AuditEvent): boolean;
}

/** The changes against every parent: what at least one parent already has is not a change. */
function changesTo(store: StoreData, parents: readonly StoreData[]): Change[] {
  const changes: Change[] = [];
  const compare = (
    pick: (from: StoreData) => ReadonlyMap<string, string> | undefined,
    describe: (name: string, kind: Kind) => Change,
  ): void => {
    const now = pick(store);
    const before = parents.map((parent) => pick(parent));
    if (before.some((each) => isSameMap(now, each))) return;
    for (const name of unionOfKeys(now, ...before)) {
      const value = now?.get(name);
      if (before.some((each) => each?.get(name) === value)) continue;
      const old = before.map((each) => each?.get(name));
      changes.push(
        describe(
          name,
          value === undefined ? "removed" : old.every((each) => each === undefined) ? "added" : "changed",
        ),
      );
    }
  };
  if (!parents.some((parent) => hasSameKeys(store, parent))) compare(publicKeys, domainChange);
  for (const name of unionOfKeys(store.domains, ...parents.map((parent) => parent.domains))) {
    const domain = (from: StoreData): Domain | undefined => from.domains.get(name);
    // Versions that were read one after the other share what is equal in both.
    if (parents.some((parent) => domain(parent) === domain(store))) continue;
    compare(
      (from) => domain(from)?.secrets,
      (secret, kind) => secretChange(name, secret, kind),
    );
    compare(
      (from) => domain(from)?.owners,
      (owner, kind) => ownerChange(name, owner, kind),
    );
  }
  compare((from) => from.custodians, custodianChange);
  return changes;
}

function isSameMap(
  one: ReadonlyMap<string, string> | undefined,
  other: ReadonlyMap<string, string> | undefined,
): boolean {
  if (one === other) return true;
  if ((one?.size ?? 0) !== (other?.size ?? 0)) return false;
  for (const [name, value] of one ?? []) if (other?.get(name) !== value) return false;
  return true;
}

type Kind = "added" | "changed" | "removed";

/** Whether two versions have the same domains with the same public keys. */
function hasSameKeys({ domains }: StoreData, other: StoreData): boolean {
  if (domains.size !== other.domains.size) return false;
  for (const [name, { publicKey }] of domains)
    if (other.domains.get(name)?.publicKey !== publicKey) return false;
  return true;
}

function publicKeys({ domains }: StoreData): Map<string, string> {
  const keys = new Map<string, string>();
  domains.forEach(({ publicKey }, name) => {
    keys.set(name, publicKey);
  });
  return keys;
}

function domainChange(domain: string, kind: Kind): Change {
  return {
    at: [domain],
    what: `domain "${displayName(domain)}" ${kind === "changed" ? "has a new key" : `was ${kind}`}`,
    covers: (event) => {
      if (kind === "removed") return event.kind === "domain-deleted" && event.domain === domain;
      const created = event.kind === "domain-created";
      const rotated = kind === "changed" && event.kind === "domain-rotated";
      return (created || rotated) && event.domain === domain;
    },
  };
}

function secretChange(domain: string, secret: string, kind: Kind): Change {
  return {
    at: [domain, SECRET_PREFIX + secret],
    what: `secret "${displayName(secret)}" of domain "${displayName(domain)}" was ${kind}`,
    covers: (event) => {
      switch (event.kind) {
        case "secret-removed":
          return kind === "removed" && event.secret === secret && event.domain === domain;
        case "domain-deleted":
          return kind === "removed" && event.domain === domain;
        default:
          return kind !== "removed" && coversValue(event, domain, secret);
      }
    },
  };
}

/** Whether an event of the audit log explains why a secret has a new value. */
export function coversValue(event: AuditEvent, domain: string, secret: string): boolean {
  switch (event.kind) {
    case "secret-added":
    case "secret-updated":
    case "secret-set":
      return event.secret === secret && event.domain === domain;
    case "domain-rotated":
      return event.domain === domain;
    default:
      return false;
  }
}

function ownerChange(domain: string, owner: string, kind: Kind): Change {
  return {
    at: [domain, META_KEY, OWNERS_KEY, owner],
    what: `owner "${displayName(owner)}" of domain "${displayName(domain)}" was ${kind}`,
    covers: (event) => {
      switch (event.kind) {
        case "owner-removed":
          return kind === "removed" && event.owner === owner && event.domain === domain;
        case "domain-deleted":
          return kind === "removed" && event.domain === domain;
        case "custodian-removed":
          return kind === "removed" && event.custodian === owner;
        case "domain-created":
        case "owner-added":
          return kind !== "removed" && event.owner === owner && event.domain === domain;
        case "domain-rotated":
          return kind !== "removed" && event.domain === domain;
        case "passphrase-updated":
        case "custodian-rekeyed":
          return kind !== "removed" && event.custodian === owner;
        default:
          return false;
      }
    },
  };
}

function custodianChange(name: string, kind: Kind): Change {
  return {
    at: [CUSTODIANS_KEY, name],
    what: `custodian "${displayName(name)}" ${kind === "changed" ? "has a new key" : `was ${kind}`}`,
    covers: (event) => {
      switch (event.kind) {
        case "custodian-removed":
          return kind === "removed" && event.custodian === name;
        case "custodian-created":
        case "passphrase-updated":
        case "custodian-rekeyed":
          return kind !== "removed" && event.custodian === name;
        default:
          return false;
      }
    },
  };
}
