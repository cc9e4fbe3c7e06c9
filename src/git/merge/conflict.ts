import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";

/** What a conflict is about; {@link conflictLabel} names it for people and for `--take`. */
export type ConflictSubject =
  | { readonly kind: "secret"; readonly domain: string; readonly name: string }
  | { readonly kind: "owner"; readonly domain: string; readonly name: string }
  | { readonly kind: "domain"; readonly domain: string }
  | { readonly kind: "custodian"; readonly name: string };

export interface Conflict {
  readonly subject: ConflictSubject;
  /** What happened, to be printed after the label. */
  readonly reason: string;
  /** What an owner's credentials are good for: to re-seal an entry (needed), or to find two values equal (useful). */
  readonly credentials: "needed" | "useful" | "useless";
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
