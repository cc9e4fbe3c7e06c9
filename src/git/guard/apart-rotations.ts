import { displayName } from "../../common/terminal-safe.ts";
import { readAuditEntry } from "../../store/audit-log-reader.ts";
import {
  areApart,
  branchPhrase,
  branchRotation,
  hasSameMembers,
  newSteps,
} from "../../store/rotation/joining.ts";
import { membersOf, strayStages } from "../../store/rotation/states.ts";
import { SECRET_PREFIX, type StoreData } from "../../store/store-data.ts";
import { mergeAgain } from "./merge-again.ts";
import type { Remark, StoreRevision } from "./store-revision.ts";

/**
 * Rotations of a secret that two branches took apart, and that a merge joined line by line: none of the two states, or
 * one of them by chance. `git resolve` takes one of them as a whole and writes an entry of the audit log about it.
 */
export function apartRotations({ path, store, parents, bases }: StoreRevision): Remark[] {
  if (!bases || parents.length < 2) return [];
  const older = bases.map(({ auditLog }) => auditLog);
  const steps = parents.map(({ auditLog }) => newSteps(auditLog, older));
  if (steps.every(({ size }) => size === 0)) return [];
  const known = new Set(parents.flatMap(({ auditLog }) => auditLog));
  const decided = store.auditLog
    .filter((entry) => !known.has(entry))
    .flatMap((entry) => readAuditEntry(entry).events);
  const pairs = parents.flatMap((_, a) => parents.slice(a + 1).map((__, b) => [a, a + 1 + b] as const));
  const found = new Map<string, Remark>();
  for (const [domain, secret] of rotated(steps)) {
    const members = new Set<string>(membersOf(secret));
    if (decided.some((event) => "secret" in event && event.domain === domain && members.has(event.secret)))
      continue;
    const isChanged = (parent: StoreData): boolean =>
      !bases.some((base) => hasSameMembers(parent, base, domain, secret));
    const branch = (at: number) =>
      branchRotation(parents[at] ?? store, steps[at] ?? new Map(), domain, secret);
    const apart = pairs.find(([a, b]) => {
      const [one, other] = [parents[a], parents[b]];
      // A branch that removed the domain took nothing of it apart.
      if (!one?.domains.has(domain) || !other?.domains.has(domain)) return false;
      if (!isChanged(one) || !isChanged(other)) return false;
      return !hasSameMembers(one, other, domain, secret) && areApart(branch(a), branch(b));
    });
    if (!apart) continue;
    const [a, b] = apart;
    const name = displayName(`${domain}/${secret}`);
    found.set(name, {
      at: [domain, SECRET_PREFIX + secret],
      rule: "rotation-not-joined",
      message:
        `the rotation of ${name} was ${branchPhrase(branch(a), "one branch")} and ${branchPhrase(branch(b), "the other")}, and this merge did not decide: ` +
        mergeAgain(path),
    });
  }
  return [...found.values()];
}

function rotated(steps: readonly ReturnType<typeof newSteps>[]): [string, string][] {
  return steps.flatMap((each) =>
    [...each].flatMap(([domain, secrets]) =>
      [...secrets.keys()].map((secret): [string, string] => [domain, secret]),
    ),
  );
}

/** What is left of a rotation since this revision, because the secret itself was removed. */
export function newStrays({ store, parents }: StoreRevision): Remark[] {
  const strays = strayStages(store);
  if (strays.length === 0) return [];
  const before = new Set(parents.flatMap(strayStages).map(({ domain, beside }) => `${domain}/${beside}`));
  return strays
    .filter(({ domain, beside }) => !before.has(`${domain}/${beside}`))
    .map(({ domain, secret, beside }) => ({
      at: [domain, SECRET_PREFIX + beside],
      rule: "rotation-left-over",
      message:
        `secret "${displayName(beside)}" of domain "${displayName(domain)}" was left by a rotation of "${displayName(secret)}", which is not there any more: ` +
        "remove it with `pprotect rm-secret`, or restore the other with `pprotect restore-secret`",
    }));
}
