import { displayName } from "../../common/terminal-safe.ts";
import type { Finding } from "../../scan/finding.ts";
import { type AuditEvent, readAuditEntry } from "../../store/audit-log-reader.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import {
  CUSTODIANS_KEY,
  META_KEY,
  OWNERS_KEY,
  SECRET_PREFIX,
  type StoreData,
} from "../../store/store-data.ts";
import { apartRotations, newStrays } from "./apart-rotations.ts";
import { auditFindings } from "./audit-log-rules.ts";
import { copiedValues } from "./copied-values.ts";
import { mergeAgain } from "./merge-again.ts";
import { mixedKeys } from "./mixed-keys.ts";
import { isPlainUpdate } from "./plain-update.ts";
import { sharedKeyRemarks } from "./shared-keys.ts";
import type { ChangeFindings, Remark, StoreRevision } from "./store-revision.ts";
import { undoneInMerge } from "./undone-in-merge.ts";
import { newForks, unprovenKeys } from "./unproven-keys.ts";

const NOTHING: ChangeFindings = { errors: [], warnings: [] };

/** Checks a revision of a store against FORMAT.md, "What ties entries together". Needs no credentials. */
export function checkStoreChange(change: StoreRevision): ChangeFindings {
  return isPlainUpdate(change) ? NOTHING : everyRule(change);
}

/** What each rule finds in a revision. */
export function everyRule(change: StoreRevision): ChangeFindings {
  const { errors, warnings } = auditFindings(change);
  const place = ({ at, rule, message }: Remark): Finding => ({
    path: change.path,
    line: change.lineOf(at),
    rule,
    message,
  });
  return {
    errors: [
      ...mixedKeys(change),
      ...sharedKeyRemarks(change),
      ...copiedValues(change),
      ...lostInMerge(change),
      ...undoneInMerge(change),
      ...apartRotations(change),
      ...errors,
    ].map(place),
    warnings: [...warnings, ...unprovenKeys(change), ...newForks(change), ...newStrays(change)].map(place),
  };
}

/** A domain, secret, owner or custodian of a version. */
interface Item {
  readonly at: EntryPath;
  readonly what: string;
  /** The key of the domain that contains it. */
  readonly domain?: string;
  /** Keys of the items that contain this one: with them it is removed too. */
  readonly within: readonly string[];
  /** Whether an event of the audit log is its removal. */
  removedBy(event: AuditEvent): boolean;
}

function lostInMerge({ path, store, parents, bases }: StoreRevision): Remark[] {
  if (!bases || parents.length < 2) return [];
  const result = itemsOf(store);
  const before = parents.map(itemsOf);
  const common = bases.map(itemsOf);
  const known = new Set(parents.flatMap(({ auditLog }) => auditLog));
  const events = store.auditLog
    .filter((entry) => !known.has(entry))
    .flatMap((entry) => readAuditEntry(entry).events);
  // Whether a domain stays that one side removed is decided for all of it: that side removed nothing else of it.
  const removed = (key: string, domain?: string): boolean =>
    !result.has(key) &&
    common.some((base) => base.has(key)) &&
    before.some((parent) => !parent.has(key) && !(domain && result.has(domain) && !parent.has(domain)));
  const lost = new Map(before.flatMap((parent) => [...parent]).filter(([key]) => !result.has(key)));
  const remarks: Remark[] = [];
  for (const [key, { at, what, domain, within, removedBy }] of lost) {
    if (removed(key, domain) || within.some((container) => removed(container))) continue;
    // Only the container is reported.
    if (within.some((container) => lost.has(container))) continue;
    // Removed with a command before the merge was committed.
    if (events.some(removedBy)) continue;
    remarks.push({
      at: at.slice(0, 1),
      rule: "lost-in-merge",
      message: `${what} is missing after this merge, but no side removed it: ${mergeAgain(path)}, or restore it from the side that has it`,
    });
  }
  return remarks;
}

function itemsOf(store: StoreData): Map<string, Item> {
  const items = new Map<string, Item>();
  for (const [domainName, { secrets, owners }] of store.domains) {
    const domain = itemKey("domain", domainName);
    const deleted = (event: AuditEvent): boolean =>
      event.kind === "domain-deleted" && event.domain === domainName;
    items.set(domain, {
      at: [domainName],
      what: `domain "${displayName(domainName)}"`,
      within: [],
      removedBy: deleted,
    });
    for (const name of secrets.keys()) {
      const what = `secret "${displayName(name)}" of domain "${displayName(domainName)}"`;
      items.set(itemKey("secret", domainName, name), {
        at: [domainName, SECRET_PREFIX + name],
        what,
        domain,
        within: [domain],
        removedBy: (event) =>
          deleted(event) ||
          (event.kind === "secret-removed" && event.secret === name && event.domain === domainName),
      });
    }
    for (const name of owners.keys()) {
      const what = `owner "${displayName(name)}" of domain "${displayName(domainName)}"`;
      items.set(itemKey("owner", domainName, name), {
        at: [domainName, META_KEY, OWNERS_KEY, name],
        what,
        domain,
        within: [domain, itemKey("custodian", name)],
        removedBy: (event) =>
          deleted(event) ||
          removesCustodian(event, name) ||
          (event.kind === "owner-removed" && event.owner === name && event.domain === domainName),
      });
    }
  }
  for (const name of store.custodians.keys()) {
    items.set(itemKey("custodian", name), {
      at: [CUSTODIANS_KEY, name],
      what: `custodian "${displayName(name)}"`,
      within: [],
      removedBy: (event) => removesCustodian(event, name),
    });
  }
  return items;
}

function removesCustodian(event: AuditEvent, name: string): boolean {
  return event.kind === "custodian-removed" && event.custodian === name;
}

function itemKey(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
