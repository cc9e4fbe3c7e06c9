import { audit, newAuditEntry } from "../../store/audit-log.ts";
import {
  areApart,
  branchPhrase,
  branchRotation,
  hasSameMembers,
  newSteps,
  type RotationStep,
  type RotationSteps,
} from "../../store/rotation/joining.ts";
import { besideOf, membersOf, type StagedRotation, stagedRotations } from "../../store/rotation/states.ts";
import type { StoreData } from "../../store/store-data.ts";
import type { Conflict, ConflictSubject } from "./conflict.ts";
import { otherSide, SIDES, type Side, type StoreVersions } from "./versions.ts";

/** What each side did with rotations since the common ancestor. */
export type SideSteps = Readonly<Record<Side, RotationSteps>>;

export function sideSteps({ base, ours, theirs, isBaseUnreadable }: StoreVersions): SideSteps {
  // Without an ancestor everything is in question anyway.
  const of = (side: StoreData): RotationSteps =>
    isBaseUnreadable ? new Map() : newSteps(side.auditLog, [base.auditLog]);
  return { ours: of(ours), theirs: of(theirs) };
}

/** A rotation that the two sides took apart: the secret and what is beside it are taken from one of them, as a whole. */
export interface ApartRotation {
  readonly subject: ConflictSubject & { readonly kind: "secret" };
  readonly conflict: Conflict;
}

/**
 * The rotations of a domain that cannot be joined, by the name of each secret that takes part. None if one side has
 * removed the domain: whether it stays is decided for all of it.
 */
export function apartRotations(
  domain: string,
  versions: StoreVersions,
  steps: SideSteps,
): ReadonlyMap<string, ApartRotation> {
  const { base, ours, theirs } = versions;
  const apart = new Map<string, ApartRotation>();
  if (!SIDES.every((side) => versions[side].domains.has(domain))) return apart;
  const secrets = new Set(SIDES.flatMap((side) => [...(steps[side].get(domain)?.keys() ?? [])]));
  for (const secret of secrets) {
    const isSame = (a: StoreData, b: StoreData): boolean => hasSameMembers(a, b, domain, secret);
    if (isSame(ours, theirs) || isSame(ours, base) || isSame(theirs, base)) continue;
    const of = (side: Side) => branchRotation(versions[side], steps[side], domain, secret);
    if (!areApart(of("ours"), of("theirs"))) continue;
    const subject = { kind: "secret", domain, name: secret } as const;
    const reason = `its rotation was ${SIDES.map((side) => branchPhrase(of(side), side)).join(", and ")}: these cannot be joined`;
    const conflict: Conflict = { subject, reason, credentials: "useless", choices: SIDES };
    const rotation = { subject, conflict };
    for (const name of membersOf(secret)) apart.set(name, rotation);
  }
  return apart;
}

const ENTRIES: Readonly<Record<RotationStep, (secret: string, domain: string) => string>> = {
  staged: audit.rotationStaged,
  promoted: audit.rotationPromoted,
  finished: audit.rotationFinished,
  aborted: audit.rotationAborted,
};

/**
 * Entries for rotations that the merged log says nothing true about: it has the entries of both sides by time, and so the
 * last one may be that of the side that was not taken.
 *
 * @param chosen the side that a user took of each rotation that could not be joined
 */
export function rotationEntries(
  store: StoreData,
  versions: StoreVersions,
  steps: SideSteps,
  chosen: ReadonlyMap<ApartRotation, Side>,
  now: Date,
): readonly string[] {
  const older = new Set([...store.auditLog, ...versions.ours.auditLog, ...versions.theirs.auditLog]);
  const decided = [...chosen].flatMap(([{ subject }, side]) => {
    const step = steps[side].get(subject.domain)?.get(subject.name);
    return step === undefined ? [] : [ENTRIES[step](subject.name, subject.domain)];
  });
  const said = stagedRotations({
    ...store,
    auditLog: [...store.auditLog, ...decided.map((what) => newAuditEntry(what, older, now))],
  });
  const unsaid = SIDES.flatMap((side) =>
    stagedRotations(versions[side]).filter(({ domain, secret, stage }) => {
      const beside = besideOf({ secret, stage });
      const isSaid = said.some(
        (each) => each.domain === domain && each.secret === secret && each.stage === stage,
      );
      return !isSaid && isFrom(side, domain, beside, store, versions) && has(store, domain, secret);
    }),
  ).map(({ domain, secret, stage }) => ENTRIES[stage](secret, domain));
  // Of two secrets under the name, a user may have taken the one that no rotation made.
  const untrue = said
    .filter((each) => isOrdinary(each, store, versions))
    .map(({ domain, secret, stage }) => ENTRIES[stage === "staged" ? "aborted" : "finished"](secret, domain));
  return [...new Set([...decided, ...unsaid, ...untrue])].map((what) => newAuditEntry(what, older, now));
}

function has({ domains }: StoreData, domain: string, secret: string): boolean {
  return domains.get(domain)?.secrets.has(secret) ?? false;
}

/** Whether the merged secret is that of a side, as it is or sealed again. */
function isFrom(
  side: Side,
  domain: string,
  name: string,
  store: StoreData,
  versions: StoreVersions,
): boolean {
  const of = ({ domains }: StoreData): string | undefined => domains.get(domain)?.secrets.get(name);
  const sealed = of(store);
  if (sealed === undefined) return false;
  return sealed === of(versions[side]) || of(versions[otherSide(side)]) === undefined;
}

/** Whether what is beside a secret is that of a side where it is of no rotation. */
function isOrdinary(rotation: StagedRotation, store: StoreData, versions: StoreVersions): boolean {
  const { domain, secret, stage } = rotation;
  const of = ({ domains }: StoreData) => domains.get(domain)?.secrets.get(besideOf(rotation));
  const from = SIDES.filter((side) => of(versions[side]) === of(store));
  const isRotated = (side: Side): boolean =>
    stagedRotations(versions[side]).some(
      (each) => each.domain === domain && each.secret === secret && each.stage === stage,
    );
  return from.length > 0 && !from.some(isRotated);
}
