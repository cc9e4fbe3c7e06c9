import { PprotectError } from "../../common/errors.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { countNoun } from "../../common/text.ts";
import {
  type Conflict,
  type ConflictSubject,
  conflictLabel,
  describeUndone,
  type UndoneChange,
} from "../../git/merge/conflict.ts";
import { describeNewKey } from "../../git/merge/key-grants.ts";
import type { NewKey } from "../../git/merge/merge-stores.ts";
import { describeChange } from "../../store/diff/change-text.ts";
import { diffStores } from "../../store/diff/store-diff.ts";
import type { StoreData } from "../../store/store-data.ts";
import type { Outcome } from "./json-envelope.ts";

/** A conflict as `--json` has it. */
export function conflictJson({ subject, reason, credentials, choices }: Conflict) {
  return { name: conflictLabel(subject), kind: subject.kind, reason, credentials, choices: [...choices] };
}

export function newKeyJson({ domain, reason }: NewKey) {
  return { domain, reason };
}

/** What a merge did besides taking what one side did. */
export interface Resolution {
  /** What the decisions left out, and the audit log has as removed. */
  readonly leftOut: readonly ConflictSubject[];
  readonly undone: readonly UndoneChange[];
  readonly newKeys: readonly NewKey[];
  /** To whom a domain's key was sealed; a sentence each. */
  readonly grants: readonly string[];
}

export const NO_RESOLUTION: Resolution = { leftOut: [], undone: [], newKeys: [], grants: [] };

/** What a merge did and what its decisions left out or undid, as lines for people. */
export function resolutionLines({ leftOut, undone, newKeys, grants }: Resolution): string[] {
  const names = new Set(leftOut.map(conflictLabel));
  const others = undone.filter(({ subject }) => !names.has(conflictLabel(subject)));
  const list = (what: readonly string[]): string => [...new Set(what)].join(", ");
  return [
    ...[...newKeys.map(describeNewKey), ...grants].map((sentence) => `${sentence}.`),
    ...(names.size === 0 ? [] : [`Left out by these decisions: ${list([...names].map(displayName))}.`]),
    ...(others.length === 0 ? [] : [`Undone by these decisions: ${list(others.map(describeUndone))}.`]),
  ];
}

/** The same for `--json`. */
export function resolutionJson(
  store: string,
  { leftOut, undone, newKeys, grants }: Resolution,
  found: readonly Correction[] = [],
) {
  return {
    store,
    conflicts: [],
    left_out: leftOut.flatMap((each) =>
      each.kind === "secret" ? [{ domain: each.domain, secret: each.name }] : [],
    ),
    left_out_owners: leftOut.flatMap((each) =>
      each.kind === "owner" ? [{ domain: each.domain, owner: each.name }] : [],
    ),
    undone: undone.map(({ subject, side, change }) => ({ name: conflictLabel(subject), side, change })),
    grants: [...grants],
    new_keys: newKeys.map(newKeyJson),
    corrections: found.map(({ what, correction }) => ({ what, correction })),
  };
}

/** One difference between a committed merge and the merge by meaning. */
export interface Correction {
  readonly what: "lost" | "brought back" | "changed";
  /** What the correction does, as a phrase in the past tense. */
  readonly correction: string;
}

/** What a committed merge lost, brought back or changed, and how it is corrected. */
export function corrections(committed: StoreData | undefined, corrected: StoreData): Correction[] {
  return diffStores(committed, corrected).flatMap((change) => {
    const correction = describeChange(change);
    if (correction === undefined) return [];
    const what = change.kind.endsWith("-added")
      ? "lost"
      : change.kind.endsWith("-removed")
        ? "brought back"
        : "changed";
    return [{ what, correction }];
  });
}

/** A correction as one line for people: `lost by the merge: added secret api-key in prod`. */
export function correctionLine({ what, correction }: Correction): string {
  return `${what} by the merge; now ${escapeUnprintable(correction)}`;
}

/** The answer to a program: the conflicts, each with the decisions that can be given with `--take`. */
export function undecided(shownPath: string, conflicts: readonly Conflict[]): Outcome {
  return {
    result: { ...resolutionJson(shownPath, NO_RESOLUTION), conflicts: conflicts.map(conflictJson) },
    refusal: new PprotectError(
      "unresolved_merge",
      `${displayName(shownPath)}: ${countNoun(conflicts.length, "conflict")} left; nothing was changed`,
      "decide each with --take NAME=DECISION, or all with --ours or --theirs",
    ),
  };
}
