import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { audit, auditEntry } from "../../store/audit-log.ts";
import type { StoreData } from "../../store/store-data.ts";
import { type Conflict, type ConflictSubject, conflictLabel } from "./conflict.ts";
import type { Decision } from "./merge-context.ts";
import type { Opener } from "./merge-credentials.ts";
import { mergeStores } from "./merge-stores.ts";
import type { Sides } from "./versions.ts";

/** Decisions by the name of the conflict. */
export type Decisions = ReadonlyMap<string, Decision>;

/**
 * Merges with the decisions made so far.
 * @returns the merged store, and what is still in conflict
 */
export function mergeWithDecisions(sides: Sides, opener: Opener, decisions: Decisions) {
  return mergeStores(sides, { opener, decide: (subject) => decisions.get(conflictLabel(subject)) });
}

/**
 * Merges and has each conflict decided until none is left. A decision may bring up another conflict, such as
 * an owner of a domain that was taken whole.
 *
 * @param decide answers for one conflict
 * @throws PprotectError `missing_credentials` when a decision cannot be carried out without an owner's key;
 *   `usage` when a decision is about nothing in conflict
 */
export async function settle(
  sides: Sides,
  opener: Opener,
  given: Decisions,
  decide: (conflict: Conflict) => Promise<Decision>,
): Promise<StoreData> {
  const decisions = new Map(given);
  const met = new Set(
    mergeWithDecisions(sides, opener, new Map()).conflicts.map(({ subject }) => conflictLabel(subject)),
  );
  for (;;) {
    const { store, conflicts } = mergeWithDecisions(sides, opener, decisions);
    const [conflict] = conflicts;
    if (!conflict) {
      refuseUnknown([...given.keys()], met);
      return store;
    }
    const label = conflictLabel(conflict.subject);
    met.add(label);
    if (decisions.has(label)) {
      throw new PprotectError(
        "missing_credentials",
        `${displayName(label)} cannot be settled so: ${conflict.reason}`,
        "give an owner's credentials, or choose the other side",
      );
    }
    decisions.set(label, await decide(conflict));
  }
}

function refuseUnknown(labels: readonly string[], conflicts: ReadonlySet<string>): void {
  const unknown = labels.find((label) => !conflicts.has(label));
  if (unknown === undefined) return;
  throw new PprotectError(
    "usage",
    `"${displayName(unknown)}" is not in conflict`,
    `what is: ${[...conflicts].map(displayName).join(", ") || "nothing"}`,
  );
}

/** A secret by its domain's name and its own. */
interface SecretName {
  readonly domain: string;
  readonly secret: string;
}

/** Secrets that a side added and the result does not have: chosen against, and nobody should find out later. */
export function secretsLeftOut({ base, ours, theirs }: Sides, result: StoreData): SecretName[] {
  const leftOut = new Map<string, SecretName>();
  for (const { domains } of [ours, theirs]) {
    for (const [domain, { secrets }] of domains) {
      for (const secret of secrets.keys()) {
        const isNew = !base.domains.get(domain)?.secrets.has(secret);
        if (isNew && !result.domains.get(domain)?.secrets.has(secret)) {
          leftOut.set(`${domain}/${secret}`, { domain, secret });
        }
      }
    }
  }
  return [...leftOut.values()];
}

/** The store with an audit log entry for each secret that was left out: the guard takes no silent loss. */
export function recordLeftOut(store: StoreData, leftOut: readonly SecretName[], now = new Date()): StoreData {
  const entries = leftOut
    .filter(({ domain }) => store.domains.has(domain))
    .map(({ domain, secret }) => auditEntry(audit.secretRemoved(secret, domain), now));
  return { ...store, auditLog: [...store.auditLog, ...entries] };
}

/** The text in a version that a conflict is about: for finding the commit that put it there. */
export function conflictText(store: StoreData, subject: ConflictSubject): string | undefined {
  switch (subject.kind) {
    case "secret":
      return store.domains.get(subject.domain)?.secrets.get(subject.name);
    case "owner":
      return store.domains.get(subject.domain)?.owners.get(subject.name);
    case "domain":
      return store.domains.get(subject.domain)?.publicKey;
    case "custodian":
      return store.custodians.get(subject.name);
  }
}
