import { readAuditEntry } from "../audit-log-reader.ts";
import type { StoreData } from "../store-data.ts";
import { membersOf } from "./states.ts";

/** What a branch did last with a rotation. */
export type RotationStep = "staged" | "promoted" | "finished" | "aborted";

const STEPS: ReadonlyMap<string, RotationStep> = new Map([
  ["rotation-staged", "staged"],
  ["rotation-promoted", "promoted"],
  ["rotation-finished", "finished"],
  ["rotation-aborted", "aborted"],
]);

/** The last step of each rotation by the entries that a log has and no older one, by domain and secret. */
export type RotationSteps = ReadonlyMap<string, ReadonlyMap<string, RotationStep>>;

export function newSteps(log: readonly string[], older: readonly (readonly string[])[]): RotationSteps {
  const steps = new Map<string, Map<string, RotationStep>>();
  const isStep = (entry: string): boolean => entry.includes(" rotation of secret ");
  const known = new Set(older.flatMap((entries) => entries.filter(isStep)));
  for (const entry of log) {
    if (!isStep(entry) || known.has(entry)) continue;
    for (const event of readAuditEntry(entry).events) {
      const step = STEPS.get(event.kind);
      if (step === undefined || !("secret" in event)) continue;
      const of = steps.get(event.domain) ?? new Map<string, RotationStep>();
      steps.set(event.domain, of.set(event.secret, step));
    }
  }
  return steps;
}

/** The steps that cannot be joined: no state of the rotation would be what both branches meant. */
const APART: readonly (readonly [RotationStep, RotationStep])[] = [
  ["staged", "promoted"],
  ["promoted", "finished"],
  ["promoted", "aborted"],
  ["finished", "aborted"],
];

/** What a branch made of a secret and of its rotation. */
export interface BranchRotation {
  readonly step: RotationStep | undefined;
  /** Whether the secret itself is gone. */
  readonly isRemoved: boolean;
}

/** What one branch made of it. */
export function branchRotation(
  { domains }: Pick<StoreData, "domains">,
  steps: RotationSteps,
  domain: string,
  secret: string,
): BranchRotation {
  const step = steps.get(domain)?.get(secret);
  return { step, isRemoved: !domains.get(domain)?.secrets.has(secret) };
}

/**
 * Whether two branches went ways with a rotation that cannot be joined secret by secret. Two steps of the same kind can
 * be: where the values differ, that is a conflict of the secret that has them.
 */
export function areApart(one: BranchRotation, other: BranchRotation): boolean {
  const isLeftAlone = (a: BranchRotation, b: BranchRotation): boolean =>
    a.isRemoved && !b.isRemoved && (b.step === "staged" || b.step === "promoted");
  return (
    APART.some(([a, b]) => (one.step === a && other.step === b) || (one.step === b && other.step === a)) ||
    isLeftAlone(one, other) ||
    isLeftAlone(other, one)
  );
}

/** Whether two versions have the same secret and the same beside it, as sealed. */
export function hasSameMembers(
  one: Pick<StoreData, "domains">,
  other: Pick<StoreData, "domains">,
  domain: string,
  secret: string,
): boolean {
  const [a, b] = [one.domains.get(domain)?.secrets, other.domains.get(domain)?.secrets];
  return membersOf(secret).every((name) => a?.get(name) === b?.get(name));
}

/** What a branch did, as a phrase after the secret's name: `promoted by ours`. */
export function branchPhrase({ step, isRemoved }: BranchRotation, branch: string): string {
  if (isRemoved) return `removed by ${branch}`;
  return step === undefined ? `changed by ${branch}` : `${step} by ${branch}`;
}
