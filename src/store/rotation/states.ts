import { type AuditEvent, readAuditEntry } from "../audit-log-reader.ts";
import type { SecretPath } from "../secret-path.ts";
import type { StoreData } from "../store-data.ts";

/**
 * Rotation without downtime: for a while, the new value is beside the old one. Each is an ordinary secret.
 *
 * | stage | secrets |
 * | --- | --- |
 * | staged | NAME has the value in use, NAME_next the new one |
 * | promoted | NAME has the new value, NAME_previous the old one |
 * | finished | NAME has the new value |
 *
 * The names alone make no rotation: anyone can add a secret of such a name, or have one. What makes it is the entry of
 * the audit log, as long as no later one says that the secret beside NAME was changed in another way.
 */
export const STAGES = { next: "_next", previous: "_previous" } as const;

/** A secret and the two that its rotation can put beside it. */
export function membersOf(secret: string): readonly [string, string, string] {
  return [secret, secret + STAGES.next, secret + STAGES.previous];
}

/** A rotation that is half done. */
export interface StagedRotation extends SecretPath {
  readonly stage: "staged" | "promoted";
  /** When it came to its stage, as the audit log has it, in ms since 1970. Anyone who writes the file can write another time. */
  readonly since: number | undefined;
}

/** What a rotation left beside a secret that is not there any more. */
export interface StrayStage extends StagedRotation {
  /** `NAME_next` or `NAME_previous`. */
  readonly beside: string;
}

/** The name of what a rotation has beside its secret. */
export function besideOf({ secret, stage }: Pick<StagedRotation, "secret" | "stage">): string {
  return secret + (stage === "staged" ? STAGES.next : STAGES.previous);
}

type Store = Pick<StoreData, "domains" | "auditLog">;

/** The rotations that are half done, in the order of the file. */
export function stagedRotations(store: Store): readonly StagedRotation[] {
  return marked(store)
    .filter(({ domain, secret }) => store.domains.get(domain)?.secrets.has(secret))
    .map(({ domain, secret, stage, since }) => ({ domain, secret, stage, since }));
}

/** What rotations left of secrets that were removed meanwhile. */
export function strayStages(store: Store): readonly StrayStage[] {
  return marked(store)
    .filter(({ domain, secret }) => !store.domains.get(domain)?.secrets.has(secret))
    .map(({ domain, secret, stage, since, beside }) => ({ domain, secret, stage, since, beside }));
}

/** The entries of the audit log that make the rotations of a store what they are: what truncating must keep. */
export function neededStages(store: Store): Set<string> {
  return new Set(marked(store).map(({ entry }) => entry));
}

/** Whether an entry has the form of one that makes a rotation. */
export function isStageEntry(entry: string): boolean {
  const at = entry.indexOf(" -- ") + 4;
  return (
    entry.startsWith("staged rotation of secret ", at) || entry.startsWith("promoted rotation of secret ", at)
  );
}

/** An entry of the audit log that holds. */
interface Mark {
  readonly entry: string;
  readonly since: number | undefined;
}

function marked(store: Store): readonly (StrayStage & Mark)[] {
  // Nearly every store has none, and a log may have thousands of entries.
  if (!hasStageName(store) || !store.auditLog.some(isStageEntry)) return [];
  const marks = marksIn(store.auditLog);
  return [...store.domains].flatMap(([domain, { secrets }]) =>
    [...secrets.keys()].flatMap((beside) => {
      const mark = marks.get(domain)?.get(beside);
      const of = ofStage(beside);
      return mark && of ? [{ domain, beside, ...of, ...mark }] : [];
    }),
  );
}

function hasStageName({ domains }: Store): boolean {
  for (const { secrets } of domains.values())
    for (const name of secrets.keys()) if (ofStage(name)) return true;
  return false;
}

function ofStage(beside: string): Pick<StagedRotation, "secret" | "stage"> | undefined {
  const { next, previous } = STAGES;
  if (beside.endsWith(next)) return { secret: beside.slice(0, -next.length), stage: "staged" };
  if (beside.endsWith(previous)) return { secret: beside.slice(0, -previous.length), stage: "promoted" };
  return undefined;
}

/** The marks by domain and by the name of the secret beside the one that is rotated. */
function marksIn(log: readonly string[]): ReadonlyMap<string, ReadonlyMap<string, Mark>> {
  const marks = new Map<string, Map<string, Mark>>();
  for (const entry of log) {
    const { time, events } = readAuditEntry(entry);
    const since = time === undefined ? undefined : Date.parse(time);
    for (const event of events) apply(event, { entry, since }, marks);
  }
  return marks;
}

function apply(event: AuditEvent, mark: Mark, marks: Map<string, Map<string, Mark>>): void {
  if (event.kind === "domain-deleted") marks.delete(event.domain);
  if (!("secret" in event)) return;
  const of = marks.get(event.domain) ?? new Map<string, Mark>();
  marks.set(event.domain, of);
  const [, next, previous] = membersOf(event.secret);
  // Said again, as by a merge, it is as old as it was.
  const set = (name: string): void => {
    of.set(name, { ...mark, since: of.get(name)?.since ?? mark.since });
  };
  switch (event.kind) {
    case "rotation-staged":
      set(next);
      break;
    case "rotation-promoted":
      of.delete(next);
      set(previous);
      break;
    case "rotation-aborted":
      of.delete(next);
      break;
    case "rotation-finished":
      of.delete(previous);
      break;
    default:
      of.delete(event.secret);
  }
}
