import { truncatedCount } from "../audit-log-reader.ts";
import { isStageEntry } from "../rotation/states.ts";
import { isProof } from "../trust/proof.ts";

/** How the audit log changed. */
export type AuditLogChange =
  | {
      /** No entry was lost. `atEnd` is false when entries were inserted between older ones, as a merge by time does. */
      readonly kind: "audit-log-extended";
      readonly entries: readonly string[];
      readonly atEnd: boolean;
    }
  | { readonly kind: "audit-log-truncated"; readonly removed: number }
  | { readonly kind: "audit-log-rewritten" };

/** How an audit log changed; empty when it did not. */
export function auditLogChanges(before: readonly string[], after: readonly string[]): AuditLogChange[] {
  if (startsWith(after, before)) {
    const entries = after.slice(before.length);
    return entries.length === 0 ? [] : [{ kind: "audit-log-extended", entries, atEnd: true }];
  }
  const removed = truncatedEntries(before, after);
  if (removed !== undefined) return [{ kind: "audit-log-truncated", removed }];
  const entries = insertedEntries(before, after);
  return entries
    ? [{ kind: "audit-log-extended", entries, atEnd: false }]
    : [{ kind: "audit-log-rewritten" }];
}

/** How many of the oldest entries a truncation removed, or `undefined` when the log was not truncated. */
function truncatedEntries(before: readonly string[], after: readonly string[]): number | undefined {
  const removed = truncatedCount(after[0]);
  if (removed === undefined) return undefined;
  const rest = after.slice(1);
  // Proofs and stages of rotations that are still needed stay before the last entries.
  for (let kept = 0; removed + kept <= before.length; kept++) {
    if (startsWith(rest.slice(kept), before.slice(removed + kept))) return removed;
    const entry = rest[kept] ?? "";
    if (!isProof(entry) && !isStageEntry(entry)) break;
  }
  // Two truncations at once: the number counts from the first one's result.
  for (let at = 1; at < before.length; at++) {
    if (before[at] === rest[0] && startsWith(rest, before.slice(at))) return at;
  }
  return undefined;
}

/** The entries that were inserted, or `undefined` when an old one was removed or moved. */
function insertedEntries(before: readonly string[], after: readonly string[]): string[] | undefined {
  let next = 0;
  const inserted = after.filter((entry) => {
    if (next === before.length || entry !== before[next]) return true;
    next++;
    return false;
  });
  return next === before.length ? inserted : undefined;
}

function startsWith(list: readonly string[], start: readonly string[]): boolean {
  return start.length <= list.length && start.every((entry, index) => entry === list[index]);
}
