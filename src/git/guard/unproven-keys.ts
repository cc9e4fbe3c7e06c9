import { displayName } from "../../common/terminal-safe.ts";
import { META_KEY, OWNERS_KEY, type StoreData } from "../../store/store-data.ts";
import { displayFingerprint, domainFingerprint } from "../../store/trust/fingerprint.ts";
import { isProof } from "../../store/trust/proof.ts";
import { publicKeyPath } from "../../store/trust/shared-keys.ts";
import { forkedKeys, proofsIn } from "../../store/trust/verify.ts";
import { startsWith } from "./audit-log-rules.ts";
import type { Remark, StoreRevision } from "./store-revision.ts";

/**
 * Rotations and owners of a change that no signature in the audit log proves: made by a program without proofs, or by
 * someone who is not an owner. Nothing is said of stores that have no proofs at all.
 */
export function unprovenKeys({ store, parents }: StoreRevision): Remark[] {
  // Nearly every change is of values alone, and a log may have thousands of entries.
  if (!hasNewKeys(store, parents)) return [];
  if (![store, ...parents].some(({ auditLog }) => auditLog.some(isProof))) return [];
  return [...store.domains.keys()].flatMap((name) => [
    ...unprovenRotation(store, parents, name),
    ...unprovenOwners(store, parents, name),
  ]);
}

/** Whether a domain has a key or an owner that a parent does not have. */
function hasNewKeys({ domains }: StoreData, parents: readonly StoreData[]): boolean {
  for (const [name, { publicKey, owners }] of domains) {
    for (const parent of parents) {
      const before = parent.domains.get(name);
      if (before?.publicKey !== publicKey) return true;
      for (const owner of owners.keys()) if (!before.owners.has(owner)) return true;
    }
  }
  return parents.length === 0;
}

function unprovenRotation(store: StoreData, parents: readonly StoreData[], name: string): Remark[] {
  const domain = store.domains.get(name);
  const before = parents.flatMap((parent) => parent.domains.get(name) ?? []);
  if (!domain || before.length === 0 || before.some(({ publicKey }) => publicKey === domain.publicKey))
    return [];
  const proofs = proofsIn(store);
  if (before.some((old) => proofs.rotation(name, domainFingerprint(old), domain))) return [];
  return [
    {
      at: publicKeyPath(name),
      rule: "unproven-key",
      message:
        `domain "${displayName(name)}" has a new key (${displayFingerprint(domainFingerprint(domain))}) that the key before did not sign: ` +
        "was it rotated by an owner, with a program that signs nothing?",
    },
  ];
}

function unprovenOwners(store: StoreData, parents: readonly StoreData[], name: string): Remark[] {
  const domain = store.domains.get(name);
  if (!domain) return [];
  const proofs = proofsIn(store);
  return [...domain.owners.keys()].flatMap((owner) => {
    const pwdkm = store.custodians.get(owner);
    const isNew = !parents.some((parent) => parent.domains.get(name)?.owners.has(owner));
    if (pwdkm === undefined || !isNew || proofs.grant(name, domain, owner, pwdkm)) return [];
    return [
      {
        at: [name, META_KEY, OWNERS_KEY, owner],
        rule: "unproven-owner",
        message: `owner "${displayName(owner)}" of domain "${displayName(name)}" is new, and no owner signed for that: the next rotation would give them the key`,
      },
    ];
  });
}

/** Keys that signed two successors, in a log that did not say so before: someone who was an owner signed another one. */
export function newForks({ store, parents }: StoreRevision): Remark[] {
  if (parents.every(({ auditLog }) => auditLog.length === store.auditLog.length)) return [];
  if (parents.some((parent) => saysSameOfKeys(store, parent))) return [];
  const forks = forkedKeys(store);
  if (forks.length === 0) return [];
  const known = new Set(
    parents.flatMap(forkedKeys).map(({ domain, from }) => JSON.stringify([domain, from])),
  );
  return forks
    .filter(({ domain, from }) => !known.has(JSON.stringify([domain, from])))
    .map(({ domain, from }) => ({
      at: publicKeyPath(domain),
      rule: "forked-key",
      message:
        `domain "${displayName(domain)}": the key ${displayFingerprint(domainFingerprint({ publicKey: from }))} signed two successors, ` +
        "and not both lead to the present key: rotate the domain again, and ask its owners which rotation is theirs",
    }));
}

/** Whether a store has the keys and the signatures of a parent: its log says more, but not of keys. */
function saysSameOfKeys({ auditLog, domains }: StoreData, parent: StoreData): boolean {
  if (!startsWith(auditLog, parent.auditLog)) return false;
  if (auditLog.slice(parent.auditLog.length).some(isProof)) return false;
  for (const [name, { publicKey }] of domains)
    if (parent.domains.get(name)?.publicKey !== publicKey) return false;
  return true;
}
