import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { audit, auditEntry } from "../../store/audit-log.ts";
import type { StoreData } from "../../store/store-data.ts";
import { type Conflict, type ConflictSubject, conflictLabel } from "./conflict.ts";
import type { Decision } from "./merge-context.ts";
import type { MergeCredentials } from "./merge-credentials.ts";
import { type MergeResult, mergeStores } from "./merge-stores.ts";
import type { StoreVersions } from "./versions.ts";

/** Decisions by the conflict's label. */
export type Decisions = ReadonlyMap<string, Decision>;

/** Merges with the decisions made so far; what has none is still in conflict. */
export function mergeWithDecisions(
  versions: StoreVersions,
  credentials: MergeCredentials,
  decisions: Decisions,
): MergeResult {
  return mergeStores(versions, {
    credentials,
    decide: (subject) => decisions.get(conflictLabel(subject)),
  });
}

/**
 * Merges and has each conflict decided until none is left. A decision may lead to another conflict, such as
 * an owner of a domain that was taken whole.
 *
 * @param decide the decision about one conflict
 * @throws PprotectError `missing_credentials` when a decision needs an owner's key to carry out;
 *   `usage` when a given decision is not about a conflict
 */
export async function resolveAll(
  versions: StoreVersions,
  credentials: MergeCredentials,
  given: Decisions,
  decide: (conflict: Conflict) => Promise<Decision>,
): Promise<StoreData> {
  const decisions = new Map(given);
  const seen = new Set(
    mergeWithDecisions(versions, credentials, new Map()).conflicts.map(({ subject }) =>
      conflictLabel(subject),
    ),
  );
  for (;;) {
    const { store, conflicts } = mergeWithDecisions(versions, credentials, decisions);
    const [conflict] = conflicts;
    if (!conflict) {
      refuseUnknown([...given.keys()], seen);
      return store;
    }
    const label = conflictLabel(conflict.subject);
    seen.add(label);
    if (decisions.has(label)) {
      throw new PprotectError(
        "missing_credentials",
        `cannot resolve ${displayName(label)} that way: ${conflict.reason}`,
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
    `conflicts: ${[...conflicts].map(displayName).join(", ") || "none"}`,
  );
}

/** A secret by its domain's name and its own. */
interface SecretName {
  readonly domain: string;
  readonly secret: string;
}

/** Secrets that a side added and the result does not have: a decision left them out, and it is reported now. */
export function secretsLeftOut({ base, ours, theirs }: StoreVersions, result: StoreData): SecretName[] {
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

/** The store with an audit log entry for each secret that was left out: the guard refuses an unlogged loss. */
export function recordLeftOut(store: StoreData, leftOut: readonly SecretName[], now = new Date()): StoreData {
  const entries = leftOut
    .filter(({ domain }) => store.domains.has(domain))
    .map(({ domain, secret }) => auditEntry(audit.secretRemoved(secret, domain), now));
  return { ...store, auditLog: [...store.auditLog, ...entries] };
}

/** The text of what a conflict is about in one version: to find the commit that wrote it. */
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
