import { ageAt, isOlderThan, type Moment } from "../../../store/access/revision.ts";
import type { Knower } from "../../../store/access/value-holders.ts";
import type { Access, DomainAccess, SecretAccess } from "../../../store/access/who-knows.ts";
import type { StagedRotation } from "../../../store/rotation/states.ts";
import type { Json } from "../json-envelope.ts";
import { halfDoneText, rotationFields } from "../rotation-text.ts";

/** ms of a day. */
export const DAY = 86_400_000;

/** Who knows what, and when that was found. */
export interface AccessView {
  readonly store: string;
  /** ms since 1970. */
  readonly now: number;
  readonly access: Access;
  /** `DOMAIN/NAME` of the secrets that nothing is known to use; nothing where that was not asked. */
  readonly unused: ReadonlySet<string> | undefined;
  /** How old each value may get, as `.pprotect.yaml` says, in ms, by `DOMAIN/NAME`; who to ask, where it says so. */
  readonly ageRules: ReadonlyMap<string, AgeRule>;
  /** `DOMAIN/NAME` of what rotations have beside secrets for a while: the rotation ends them, and no limit of age. */
  readonly beside: ReadonlySet<string>;
  /** The rotations of these secrets that are half done, and the first commit with what is beside the secret. */
  readonly rotations: readonly (StagedRotation & { readonly commit: string | undefined })[];
}

/** What the configuration says of the age of a value. */
export interface AgeRule {
  /** ms. */
  readonly maxAge: number | undefined;
  readonly owner: string | undefined;
}

/** The age of a value against its limit, in ms; nothing where either is not known, or where a rotation ends the value. */
export function ageAgainstLimit(
  secret: SecretAccess,
  view: Pick<AccessView, "ageRules" | "beside" | "now">,
): { readonly limit: number; readonly isOver: boolean } | undefined {
  const { since } = secret;
  const limit = limitOf(secret, view);
  return limit === undefined || !since ? undefined : { limit, isOver: isOlderThan(limit, since, view.now) };
}

/** How old a value may get, in ms, as the configuration says. */
export function limitOf(
  { domain, secret }: SecretAccess,
  { ageRules, beside }: Pick<AccessView, "ageRules" | "beside">,
): number | undefined {
  const name = `${domain}/${secret}`;
  return beside.has(name) ? undefined : ageRules.get(name)?.maxAge;
}

/** The rotations that are half done, each in a line; `name` escapes names for the place where it is printed. */
export function rotationLines({ rotations }: AccessView, name: (name: string) => string): string[] {
  return rotations.map((each) => halfDoneText(each, name));
}

/** Those who know a value and own it in no place today. */
export function staleKnowers({ knowers }: SecretAccess): readonly Knower[] {
  return knowers.filter(({ isOwner }) => !isOwner);
}

/** Whether someone has a key or knows a value without owning it. */
export function isStale({ secrets, domains }: Access): boolean {
  return (
    secrets.some((each) => staleKnowers(each).length > 0) ||
    domains.some(({ formerOwners }) => formerOwners.length > 0)
  );
}

/** Whole days, never less than 0; `undefined` for a time in the future and for an invalid one, see {@link dayOf}. */
export function ageInDays(since: Moment | undefined, now: number): number | undefined {
  if (!since || dayOf(since) === undefined) return undefined;
  const age = ageAt(now, since);
  return age === undefined ? undefined : Math.floor(age / DAY);
}

/** `YYYY-MM-DD`, UTC; `undefined` for a time that no date can show, which a commit may claim. */
export function dayOf(moment: Moment | undefined): string | undefined {
  if (!moment || !Number.isFinite(moment.time) || Math.abs(moment.time) > MAX_TIME) return undefined;
  return new Date(moment.time).toISOString().slice(0, 10);
}

/** The end of the year 9999, in ms since 1970. */
const MAX_TIME = 253_402_300_799_999;

/** How someone knows a value, as what follows their name; `name` escapes names for the place where it is printed. */
export function howTheyKnow(knower: Knower, name: (name: string) => string): string {
  const { how, domain, until, since } = knower;
  const end = dayOf(until);
  const branch = since.branch === undefined ? "" : ` (as ${name(since.branch)} has it)`;
  const owned = `owned ${name(domain)}${end === undefined ? "" : ` until ${end}`}${branch}`;
  switch (how) {
    case "current_key":
      return `${owned} and has its current key: can read every new value`;
    case "earlier_key":
      return `${owned}; the value has not changed since`;
    case "copy":
      return `${knower.isOwner ? "owns" : "owned"} ${name(domain)}, which has a secret with the same value`;
  }
}

/** What `--json` has under `secrets`, `domains` and the rest. */
export function accessFields(view: AccessView): {
  readonly secrets: readonly Json[];
  readonly domains: readonly Json[];
  readonly rotations: readonly Json[];
} {
  const { access, now, unused, rotations } = view;
  return {
    secrets: access.secrets.map((each) => ({
      domain: each.domain,
      secret: each.secret,
      ...sinceFields(each.since),
      age_days: ageInDays(each.since, now) ?? null,
      max_age_seconds: secondsOf(limitOf(each, view)),
      too_old: ageAgainstLimit(each, view)?.isOver ?? null,
      exact: each.isExact,
      owners: [...each.readers],
      known_to: each.knowers.map(knowerFields),
      other_passphrases: each.otherPassphrases.map(({ custodian, until }) => ({
        custodian,
        until: dayOf(until) ?? null,
      })),
      unused: unused ? unused.has(`${each.domain}/${each.secret}`) : null,
    })),
    domains: access.domains.map(domainFields),
    rotations: rotations.map(({ commit, ...each }) => ({
      ...rotationFields(each),
      since_commit: commit ?? null,
    })),
  };
}

function secondsOf(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.floor(ms / 1000);
}

function sinceFields(moment: Moment | undefined) {
  return { since: dayOf(moment) ?? null, since_commit: moment?.commit ?? null };
}

function knowerFields({ custodian, how, domain, since, until, isCustodian, isOwner }: Knower): Json {
  return {
    custodian,
    how,
    domain,
    ...sinceFields(since),
    until: dayOf(until) ?? null,
    branch: since.branch ?? null,
    is_custodian: isCustodian,
    owns_a_copy: isOwner,
  };
}

function domainFields({ domain, owners, formerOwners }: DomainAccess): Json {
  return {
    domain,
    owners: [...owners],
    former_owners: formerOwners.map(({ custodian, since, until }) => ({
      custodian,
      ...sinceFields(since),
      until: dayOf(until) ?? null,
      branch: since.branch ?? null,
    })),
  };
}
