import { displayName } from "../../common/terminal-safe.ts";
import { audit } from "../../store/audit-log.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import {
  CUSTODIANS_KEY,
  META_KEY,
  OWNERS_KEY,
  SECRET_PREFIX,
  type StoreData,
  unionOfKeys,
} from "../../store/store-data.ts";
import { type ConflictSubject, conflictLabel } from "../merge/conflict.ts";
import { mergeAgain } from "./merge-again.ts";
import type { Remark, StoreRevision } from "./store-revision.ts";

type Merged = Pick<StoreRevision, "store" | "parents" | "bases">;

/**
 * Entries of a merge that are as the common ancestor has them, though a side changed or removed them: an owner who came
 * back, a rotation or a value that was undone. Of several common ancestors all must agree. Of a domain whose removal or
 * rotation was undone, and of a custodian, nothing more is named.
 */
export function undoneByMerge({ store, parents, bases }: Merged): ConflictSubject[] {
  const [base, ...others] = bases ?? [];
  if (!base || parents.length < 2) return [];
  const isUndone = (part: (from: StoreData) => string | undefined): boolean => {
    const before = part(base);
    return (
      before !== undefined &&
      before === part(store) &&
      others.every((other) => part(other) === before) &&
      parents.some((parent) => part(parent) !== before)
    );
  };
  const custodians = unionOfKeys(base.custodians)
    .filter((name) => isUndone((from) => from.custodians.get(name)))
    .map((name): ConflictSubject => ({ kind: "custodian", name }));
  const named = new Set(custodians.map(conflictLabel));
  const domains = unionOfKeys(base.domains).flatMap((domain): ConflictSubject[] => {
    if (isUndone((from) => from.domains.get(domain)?.publicKey)) return [{ kind: "domain", domain }];
    const { secrets, owners } = base.domains.get(domain) ?? {};
    return [
      ...unionOfKeys(secrets)
        .filter((name) => isUndone((from) => from.domains.get(domain)?.secrets.get(name)))
        .map((name): ConflictSubject => ({ kind: "secret", domain, name })),
      ...unionOfKeys(owners)
        .filter((name) => !named.has(conflictLabel({ kind: "custodian", name })))
        .filter((name) => isUndone((from) => from.domains.get(domain)?.owners.get(name)))
        .map((name): ConflictSubject => ({ kind: "owner", domain, name })),
    ];
  });
  return [...custodians, ...domains];
}

/** {@link undoneByMerge}, but for what a user decided so: `git resolve` writes an entry of the audit log about it. */
export function undoneInMerge(change: StoreRevision): Remark[] {
  const { store, parents } = change;
  const undone = undoneByMerge(change);
  if (undone.length === 0) return [];
  const known = new Set(parents.flatMap(({ auditLog }) => auditLog));
  const decided = store.auditLog.filter((entry) => !known.has(entry));
  return undone
    .filter(
      (subject) =>
        !decided.some((entry) => entry.endsWith(` -- ${audit.undoneInMerge(conflictLabel(subject))}`)),
    )
    .map((subject) => ({
      at: pathOf(subject),
      rule: "undone-in-merge",
      message:
        `${describe(subject)} is as it was before both branches, but one of them changed or removed it: ` +
        mergeAgain(change.path),
    }));
}

function pathOf(subject: ConflictSubject): EntryPath {
  switch (subject.kind) {
    case "custodian":
      return [CUSTODIANS_KEY, subject.name];
    case "domain":
      return [subject.domain];
    case "secret":
      return [subject.domain, SECRET_PREFIX + subject.name];
    case "owner":
      return [subject.domain, META_KEY, OWNERS_KEY, subject.name];
  }
}

function describe(subject: ConflictSubject): string {
  switch (subject.kind) {
    case "custodian":
      return `custodian "${displayName(subject.name)}"`;
    case "domain":
      return `the key of domain "${displayName(subject.domain)}"`;
    case "secret":
    case "owner":
      return `${subject.kind} "${displayName(subject.name)}" of domain "${displayName(subject.domain)}"`;
  }
}
