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

const RULE_MIXED = "mixed-keys";

function mixedKeys({ store, parents }: StoreRevision): Remark[] {
  const moved = movedTexts(store, parents);
  if (moved.size === 0) return [];
  const known = parents.map((parent) => keysOf(parent, moved));
  const { ownerKeys } = keysOf(store, moved);
  // An owner's copy is never sealed to a domain's key. A text that is new in both places is taken for one.
  const isCopy = (sealed: string): boolean =>
    known.some((parent) => parent.ownerKeys.has(sealed)) ||
    (ownerKeys.has(sealed) && !known.some((parent) => parent.domainKeys.has(sealed)));
  // New texts, of nearly every change, belong to no key of before.
  if (known.every(({ domainKeys }) => domainKeys.size === 0) && ownerKeys.size === 0) return [];
  const remarks = new Map<string, Remark>();
  const report = (at: EntryPath, message: string): void => {
    remarks.set(at.join("\0"), { at, rule: RULE_MIXED, message });
  };
  for (const [domainName, { publicKey, secrets, owners }] of store.domains) {
    const domain = `domain "${displayName(domainName)}"`;
    for (const [name, sealed] of secrets) {
      if (!isCopy(sealed) && !known.some((parent) => isForeign(parent.domainKeys.get(sealed), publicKey)))
        continue;
      report(
        [domainName, SECRET_PREFIX + name],
        `${domain}: secret "${displayName(name)}" is sealed to a different public key than the domain's current one, so no owner can decrypt it: ${HOW_TO_REPAIR}`,
      );
    }
    for (const [name, sealed] of owners) {
      const at = [domainName, META_KEY, OWNERS_KEY, name];
      const owner = `${domain}: owner "${displayName(name)}"`;
      if (known.some((parent) => parent.domainKeys.has(sealed) && !parent.ownerKeys.has(sealed))) {
        report(
          at,
          `${owner} has the sealed value of a secret in place of the domain's key: ${HOW_TO_REPAIR}`,
        );
      } else if (known.some((parent) => isForeign(parent.domainKeys.get(sealed), publicKey))) {
        report(
          at,
          `${owner} has the private key for a different public key than the domain's current one: ${HOW_TO_REPAIR}`,
        );
      } else if (
        known.some((parent) => isForeign(parent.ownerKeys.get(sealed), store.custodians.get(name)))
      ) {
        report(
          at,
          `${owner} has a copy of the domain key that was sealed before the custodian's key changed, and can no longer open it: ${HOW_TO_REPAIR}`,
        );
      }
    }
  }
  return [...remarks.values()];
}

const HOW_TO_REPAIR =
  "merge with pprotect's merge driver (`pprotect git install`), or make one side's change again with `pprotect`";

/**
 * The sealed texts of a store that a parent does not have in the same place, under the same keys. Only these can belong to
 * other keys in a parent.
 */
function movedTexts(store: StoreData, parents: readonly StoreData[]): ReadonlySet<string> {
  const moved = new Set<string>();
  for (const parent of parents) {
    // A text that no domain of a parent has belongs to no key there.
    if (parent.domains.size === 0) continue;
    const sameCustodians = parent.custodians === store.custodians;
    for (const [name, { publicKey, secrets, owners }] of store.domains) {
      const before = parent.domains.get(name);
      const sameKey = before?.publicKey === publicKey;
      // Versions that were read one after the other share what is equal in both.
      if (!sameKey || before.secrets !== secrets) {
        secrets.forEach((sealed, secret) => {
          if (!sameKey || before.secrets.get(secret) !== sealed) moved.add(sealed);
        });
      }
      if (sameKey && before.owners === owners && sameCustodians) continue;
      owners.forEach((sealed, owner) => {
        const sameOwner = parent.custodians.get(owner) === store.custodians.get(owner);
        if (!sameKey || !sameOwner || before.owners.get(owner) !== sealed) moved.add(sealed);
      });
    }
  }
  return moved;
}

/** The keys that each of some sealed texts belongs to in a version. Equal texts come from one sealing. */
function keysOf(
  store: StoreData,
  texts: ReadonlySet<string>,
): {
  domainKeys: ReadonlyMap<string, ReadonlySet<string>>;
  ownerKeys: ReadonlyMap<string, ReadonlySet<string>>;
} {
  const domainKeys = new Map<string, Set<string>>();
  const ownerKeys = new Map<string, Set<string>>();
  for (const { publicKey, secrets, owners } of store.domains.values()) {
    secrets.forEach((sealed) => {
      if (texts.has(sealed)) note(domainKeys, sealed, publicKey);
    });
    owners.forEach((sealed, name) => {
      if (!texts.has(sealed)) return;
      note(domainKeys, sealed, publicKey);
      note(ownerKeys, sealed, store.custodians.get(name));
    });
  }
  return { domainKeys, ownerKeys };
}

function note(map: Map<string, Set<string>>, sealed: string, key: string | undefined): void {
  if (key === undefined) return;
  const keys = map.get(sealed);
  if (keys) keys.add(key);
  else map.set(sealed, new Set([key]));
}

/** Whether a parent has the same sealed text under other keys. */
function isForeign(there: ReadonlySet<string> | undefined, here: string | undefined): boolean {
  return there !== undefined && here !== undefined && !there.has(here);
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
