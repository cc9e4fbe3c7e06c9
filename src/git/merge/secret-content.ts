import type { Conflict, ConflictSubject, UndoneChange } from "./conflict.ts";
import { type DomainVersions, secretTexts } from "./domain-versions.ts";
import { changeKind, chosenSide, type MergeContext, type Step, step } from "./merge-context.ts";
import { onlyOneHas } from "./merge-custodians.ts";
import type { ApartRotation } from "./merge-rotations.ts";
import { changedSide, otherSide, SIDES, type Side, type VersionName, type Versions } from "./versions.ts";

/** Where the value of a secret comes from: any of these versions, or a user who typed it. */
export type SecretContent = { readonly from: readonly VersionName[] } | { readonly value: string };

/** That of a secret which all three versions have with the same text. */
export const UNCHANGED: SecretContent = { from: ["ours", "theirs", "base"] };

/** Whether all three versions have the same text of a secret. */
export function isUnchanged({ base, ours, theirs }: DomainVersions, name: string): boolean {
  const sealed = ours?.secrets.get(name);
  return sealed !== undefined && sealed === theirs?.secrets.get(name) && sealed === base?.secrets.get(name);
}

/**
 * A secret of a rotation that the sides took apart: a decision about the rotation holds for all of its secrets.
 * @returns `undefined` for a secret that is removed
 */
export function contentOfRotation(
  domain: DomainVersions,
  name: string,
  { subject, conflict }: ApartRotation,
  context: MergeContext,
): Step<SecretContent | undefined> {
  const text = secretTexts(domain, name);
  const chosen = chosenSide(subject, context);
  if (chosen === undefined) {
    return step(contentFrom(text, "ours"), name === subject.name ? [conflict] : []);
  }
  const other = otherSide(chosen);
  const undone: UndoneChange = {
    subject: { ...subject, name },
    side: other,
    change: changeKind(text.base, text[other]),
  };
  return step(contentFrom(text, chosen), [], text[other] === text.base ? [] : [undone]);
}

/** A three-way merge of one secret, by value where credentials open it. @returns `undefined` for a secret that is removed */
export function secretContent(
  domain: DomainVersions,
  name: string,
  context: MergeContext,
): Step<SecretContent | undefined> {
  const text = secretTexts(domain, name);
  const changed = changedSide(text, context.versions);
  if (changed !== undefined) return step(contentFrom(text, changed));
  const same = equalValues(domain, name, context);
  const merged = sideByValue(same, context);
  if (merged !== undefined) return step(contentFrom(text, merged, same));
  const subject: ConflictSubject = { kind: "secret", domain: domain.name, name };
  const decision = context.decide(subject);
  const overruled = (sides: readonly Side[]): UndoneChange[] =>
    sides
      .filter((side) => text[side] !== text.base)
      .map((side) => ({ subject, side, change: changeKind(text.base, text[side]) }));
  if (typeof decision === "object") return step(decision, [], overruled(SIDES));
  if (decision === "ours" || decision === "theirs") {
    return step(contentFrom(text, decision), [], overruled([otherSide(decision)]));
  }
  return step(contentFrom(text, "ours"), [secretConflict(domain, subject, text, context)]);
}

/** Whether two versions have the same value of a secret. */
type EqualVersions = (a: VersionName, b: VersionName) => boolean;

/** Every version that has the text of a side, or the same value under another key. */
export function contentFrom(
  text: Versions<string>,
  side: Side,
  equal: EqualVersions = () => false,
): SecretContent | undefined {
  const sealed = text[side];
  if (sealed === undefined) return undefined;
  const others = ([otherSide(side), "base"] as const).filter(
    (version) => text[version] === sealed || equal(side, version),
  );
  return { from: [side, ...others] };
}

/** Compares the values that the credentials open. */
function equalValues(
  { name: domain }: DomainVersions,
  name: string,
  { credentials }: MergeContext,
): EqualVersions {
  return (a, b) => {
    const value = credentials.secret(a, domain, name);
    return value !== undefined && value === credentials.secret(b, domain, name);
  };
}

/** The side to take by the values themselves: one of two equal ones, or the one whose value changed. */
function sideByValue(equal: EqualVersions, { versions }: MergeContext): Side | undefined {
  if (equal("ours", "theirs")) return "ours";
  if (versions.isBaseUnreadable) return undefined;
  if (equal("theirs", "base")) return "ours";
  return equal("ours", "base") ? "theirs" : undefined;
}

function secretConflict(
  domain: DomainVersions,
  subject: ConflictSubject & { readonly kind: "secret" },
  text: Versions<string>,
  { versions, credentials }: MergeContext,
): Conflict {
  const { base, ours, theirs } = text;
  const choices = ["ours", "theirs", "new"] as const;
  const conflict = (reason: string, help: Conflict["credentials"]): Conflict => ({
    subject,
    reason,
    credentials: help,
    choices,
  });
  const opens = (version: VersionName): boolean =>
    text[version] === undefined || credentials.secret(version, subject.domain, subject.name) !== undefined;
  const isOpen = SIDES.every(opens) && opens("base");
  if (versions.isBaseUnreadable && (ours === undefined || theirs === undefined)) {
    return conflict(onlyOneHas(ours === undefined ? "theirs" : "ours"), "useless");
  }
  const what =
    ours === undefined
      ? "removed by ours, changed by theirs"
      : theirs === undefined
        ? "changed by ours, removed by theirs"
        : base === undefined
          ? "added by both sides"
          : "changed by both sides";
  if (isOpen) return conflict(what, "useless");
  const resealer = base === undefined ? undefined : SIDES.find((side) => mayBeResealed(domain, text, side));
  if (resealer === undefined) return conflict(what, "useful");
  const other = otherSide(resealer);
  const did = text[other] === undefined ? "removed" : "changed";
  return conflict(
    `${did} by ${other}, re-sealed by ${resealer}, which replaced the domain key: only an owner's credentials show whether ${resealer} changed it too`,
    "needed",
  );
}

/** Whether a side's text may differ from the base's only because the domain has another key there. */
function mayBeResealed(domain: DomainVersions, text: Versions<string>, side: Side): boolean {
  return text[side] !== undefined && domain[side]?.publicKey !== domain.base?.publicKey;
}
