import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { audit, newAuditEntry } from "../../store/audit-log.ts";
import { type StoreData, unionOfKeys } from "../../store/store-data.ts";
import { checkStoreChange } from "../guard/consistency-rules.ts";
import { undoneByMerge } from "../guard/undone-in-merge.ts";
import { type ConflictSubject, conflictLabel } from "./conflict.ts";
import { SIDES, type Side, type StoreVersions } from "./versions.ts";

/**
 * What a side has, no side removed, and the result does not have: a decision left it out. With a whole domain or
 * custodian, nothing in it is named.
 */
export function leftOut(versions: StoreVersions, result: StoreData): ConflictSubject[] {
  const isLeftOut = (has: (store: StoreData) => boolean, sides: readonly Side[] = SIDES): boolean => {
    const isRemoved =
      !versions.isBaseUnreadable && has(versions.base) && sides.some((side) => !has(versions[side]));
    return !has(result) && !isRemoved;
  };
  const { ours, theirs } = versions;
  const custodians = unionOfKeys(ours.custodians, theirs.custodians)
    .filter((name) => isLeftOut((store) => store.custodians.has(name)))
    .map((name): ConflictSubject => ({ kind: "custodian", name }));
  const domains = unionOfKeys(ours.domains, theirs.domains).flatMap((domain): ConflictSubject[] => {
    if (isLeftOut((store) => store.domains.has(domain))) return [{ kind: "domain", domain }];
    if (!result.domains.has(domain)) return [];
    const of = (store: StoreData) => store.domains.get(domain);
    // A side that removed the domain, which stays, removed nothing else of it.
    const sides = SIDES.filter((side) => of(versions[side]));
    const secrets = unionOfKeys(of(ours)?.secrets, of(theirs)?.secrets)
      .filter((name) => isLeftOut((store) => of(store)?.secrets.has(name) ?? false, sides))
      .map((name): ConflictSubject => ({ kind: "secret", domain, name }));
    const owners = unionOfKeys(of(ours)?.owners, of(theirs)?.owners)
      .filter((name) => result.custodians.has(name))
      .filter((name) => isLeftOut((store) => of(store)?.owners.has(name) ?? false, sides))
      .map((name): ConflictSubject => ({ kind: "owner", domain, name }));
    return [...secrets, ...owners];
  });
  return [...custodians, ...domains];
}

/**
 * The store with an audit log entry for everything that decisions left out, or restored to what the common ancestor has:
 * the guard refuses an unlogged loss, and an unlogged return.
 */
export function recordDecisions(
  store: StoreData,
  subjects: readonly ConflictSubject[],
  versions: StoreVersions,
  now = new Date(),
): StoreData {
  const { base, ours, theirs, isBaseUnreadable } = versions;
  const owned = (name: string): string[] =>
    unionOfKeys(ours.domains, theirs.domains).filter((domain) =>
      [ours, theirs].some((store) => store.domains.get(domain)?.owners.has(name)),
    );
  const older = new Set(store.auditLog);
  const undone = isBaseUnreadable ? [] : undoneByMerge({ store, parents: [ours, theirs], bases: [base] });
  const texts = [
    ...subjects.map((subject) => removalEntry(subject, owned)),
    ...undone.map((subject) => audit.undoneInMerge(conflictLabel(subject))),
  ];
  const entries = texts.map((text) => newAuditEntry(text, older, now));
  return { ...store, auditLog: [...store.auditLog, ...entries] };
}

function removalEntry(subject: ConflictSubject, owned: (custodian: string) => string[]): string {
  switch (subject.kind) {
    case "custodian":
      return audit.custodianRemoved(subject.name, owned(subject.name));
    case "domain":
      return audit.domainDeleted(subject.domain);
    case "secret":
      return audit.secretRemoved(subject.name, subject.domain);
    case "owner":
      return audit.ownerRemoved(subject.name, subject.domain);
  }
}

/**
 * Refuses a merged store that the guard would refuse, or in which a domain lost its last owner.
 *
 * @param path as messages name it
 * @throws PprotectError `invalid_store`; nothing is to be written then
 */
export function refuseUnsound(path: string, store: StoreData, versions: StoreVersions): void {
  const { ours, theirs, base } = versions;
  for (const [name, { owners }] of store.domains) {
    const hadOwners = [ours, theirs].some((version) => (version.domains.get(name)?.owners.size ?? 0) > 0);
    if (owners.size > 0 || !hadOwners) continue;
    throw unsound(path, `domain "${displayName(name)}" would have no owner left`);
  }
  const change = { path, store, lineOf: () => 0 };
  const bases = versions.isBaseUnreadable ? undefined : [base];
  const errors = [
    // Only a merge has their log as well: a cherry-pick takes what one commit added to it.
    ...checkStoreChange({ ...change, parents: [ours, theirs], bases }).errors.filter(
      ({ rule }) => rule !== "audit-log-rewritten",
    ),
    ...checkStoreChange({ ...change, parents: [ours], bases: undefined }).errors,
  ];
  const [error] = errors;
  if (error) throw unsound(path, error.message);
}

function unsound(path: string, message: string): PprotectError {
  return new PprotectError(
    "invalid_store",
    `${displayName(path)}: these decisions would leave a broken store: ${message}`,
    "nothing was changed; decide otherwise, or give the credentials of an owner of both sides",
  );
}
