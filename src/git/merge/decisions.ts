import { PprotectError } from "../../common/errors.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { StoreData } from "../../store/store-data.ts";
import { type Conflict, type ConflictSubject, conflictLabel } from "./conflict.ts";
import type { Decision, MergeOptions } from "./merge-context.ts";
import { type MergeResult, mergeStores } from "./merge-stores.ts";
import type { StoreVersions } from "./versions.ts";

/** Decisions by the conflict's label. */
export type Decisions = ReadonlyMap<string, Decision>;

/** The credentials and the trusted keys of a merge. */
export type MergeKeys = Pick<MergeOptions, "credentials" | "trust">;

/** Merges with the decisions made so far; what has none is still in conflict. */
export function mergeWithDecisions(
  versions: StoreVersions,
  keys: MergeKeys,
  decisions: Decisions,
): MergeResult {
  return mergeStores(versions, { ...keys, decide: (subject) => decisions.get(conflictLabel(subject)) });
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
  keys: MergeKeys,
  given: Decisions,
  decide: (conflict: Conflict) => Promise<Decision>,
): Promise<MergeResult> {
  const decisions = new Map(given);
  const first = mergeWithDecisions(versions, keys, new Map());
  const seen = new Set(first.conflicts.map(({ subject }) => conflictLabel(subject)));
  // A decision about a secret leads to no other conflict, so nobody is asked before a misspelt name is refused.
  if (first.conflicts.every(({ subject }) => subject.kind === "secret"))
    refuseUnknown([...given.keys()], seen);
  for (;;) {
    const result = mergeWithDecisions(versions, keys, decisions);
    if (result.conflicts.length === 0) {
      refuseUnknown([...given.keys()], seen);
      return result;
    }
    for (const conflict of result.conflicts) {
      const label = conflictLabel(conflict.subject);
      seen.add(label);
      if (decisions.has(label)) throw cannotBeCarriedOut(conflict);
      decisions.set(label, await decide(conflict));
      // With this decided, others may not be in conflict any more.
      if (conflict.subject.kind === "custodian" || conflict.subject.kind === "domain") break;
    }
  }
}

/** For a decision that a conflict does not allow, or that needs credentials. */
export function cannotBeCarriedOut({ subject, reason, choices }: Conflict): PprotectError {
  const other = choices.length === 0 ? "" : `possible decisions: ${choices.join(", ")}`;
  return new PprotectError(
    "missing_credentials",
    `cannot resolve ${displayName(conflictLabel(subject))} that way: ${reason}`,
    ["give an owner's credentials", other].filter(Boolean).join("; "),
  );
}

function refuseUnknown(labels: readonly string[], conflicts: ReadonlySet<string>): void {
  const unknown = labels.find((label) => !conflicts.has(label));
  if (unknown === undefined) return;
  const near = suggest(unknown, [...conflicts]);
  throw new PprotectError(
    "usage",
    `"${displayName(unknown)}" is not in conflict`,
    near === undefined
      ? `conflicts: ${[...conflicts].map(displayName).join(", ") || "none"}`
      : `did you mean "${displayName(near)}"?`,
  );
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
