import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import type { Side } from "./versions.ts";

/** What a conflict is about; {@link conflictLabel} names it for people and for `--take`. */
export type ConflictSubject =
  | { readonly kind: "secret"; readonly domain: string; readonly name: string }
  | { readonly kind: "owner"; readonly domain: string; readonly name: string }
  | { readonly kind: "domain"; readonly domain: string }
  | { readonly kind: "custodian"; readonly name: string };

/**
 * The word for a decision: a side; a new value for a secret; whether an owner gets a copy of the domain key under the
 * key that the custodian has now, or is left out.
 */
export const DECISION_WORDS = ["ours", "theirs", "new", "grant", "leave-out"] as const;
export type DecisionWord = (typeof DECISION_WORDS)[number];

export interface Conflict {
  readonly subject: ConflictSubject;
  /** What happened, to be printed after the label. */
  readonly reason: string;
  /**
   * What an owner's credentials would do: resolve the conflict, or show whether there is one (needed); find two values
   * to be equal (useful); nothing.
   */
  readonly credentials: "needed" | "useful" | "useless";
  /** The decisions that can be carried out. */
  readonly choices: readonly DecisionWord[];
}

/** A change of one side that a decision undoes. */
export interface UndoneChange {
  readonly subject: ConflictSubject;
  readonly side: Side;
  readonly change: "added" | "changed" | "removed" | "rotated";
}

/** The name of a conflict: `prod/api-key`, `prod owner bob`, `prod`, `custodian bob`. */
export function conflictLabel(subject: ConflictSubject): string {
  switch (subject.kind) {
    case "secret":
      return `${subject.domain}/${subject.name}`;
    case "owner":
      return `${subject.domain} owner ${subject.name}`;
    case "domain":
      return subject.domain;
    case "custodian":
      return `custodian ${subject.name}`;
  }
}

/** A conflict as one line for people. */
export function describeConflict({ subject, reason }: Conflict): string {
  return `${displayName(conflictLabel(subject))}: ${escapeUnprintable(reason)}`;
}

/** What a decision undoes, as one phrase for people: `prod/api-key (changed by theirs)`. */
export function describeUndone({ subject, side, change }: UndoneChange): string {
  const label = displayName(conflictLabel(subject));
  // Under the new key every value looks changed.
  if (change === "rotated")
    return `${label} (its key replaced by ${side}, and any value that ${side} changed)`;
  return `${label} (${change} by ${side})`;
}
