import { formatDuration } from "../../common/duration.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { type RotationRules, rotationRule } from "../../config/rotation/section.ts";
import { ageAt, isOlderThan } from "../../store/access/revision.ts";
import type { SecretAccess } from "../../store/access/who-knows.ts";
import { besideOf, stagedRotations } from "../../store/rotation/states.ts";
import type { StoreData } from "../../store/store-data.ts";
import type { Json } from "../report/json-envelope.ts";

/** A value that is older than it may be. */
export interface DueSecret {
  readonly domain: string;
  readonly secret: string;
  /** ms since the value is there; `undefined` where the date of its commit is in the future. */
  readonly age: number | undefined;
  /** ms that it may have been there. */
  readonly limit: number;
  readonly owner: string | undefined;
  readonly docs: string | undefined;
  /** The command that rotates it, if the configuration has one. */
  readonly via: string | undefined;
}

/** Before the oldest. */
const UNKNOWN = Number.MAX_VALUE;

/**
 * The values that are too old, the oldest first: by the age of the value, not of the file or of the sealed value. A value
 * of unknown age counts as too old.
 *
 * @param olderThan ms: the limit where no rule has one, and the stricter of both where one has
 */
export function dueSecrets(
  secrets: readonly SecretAccess[],
  rules: RotationRules,
  now: number,
  olderThan: number | undefined,
): readonly DueSecret[] {
  return secrets
    .flatMap(({ domain, secret, since }): DueSecret[] => {
      const { maxAge, owner, docs, via } = rotationRule(rules, domain, secret);
      const limits = [maxAge, olderThan].filter((each) => each !== undefined);
      if (limits.length === 0 || !since) return [];
      const limit = Math.min(...limits);
      if (!isOlderThan(limit, since, now)) return [];
      return [{ domain, secret, age: ageAt(now, since), limit, owner, docs, via }];
    })
    .toSorted((a, b) => (b.age ?? UNKNOWN) - (a.age ?? UNKNOWN));
}

/** Without what a rotation has beside a secret: it is dropped with it, and not rotated itself. */
export function withoutBeside(store: StoreData, secrets: readonly SecretAccess[]): readonly SecretAccess[] {
  const beside = new Set(stagedRotations(store).map((each) => `${each.domain}/${besideOf(each)}`));
  return secrets.filter(({ domain, secret }) => !beside.has(`${domain}/${secret}`));
}

/** How many names a sentence lists. */
const SHOWN_NAMES = 3;

/**
 * What is wrong with rules for domains and secrets that the store does not have: a misspelt one limits no value.
 * @returns one sentence for all of them, `undefined` where there are none
 */
export function unusedRules(rules: RotationRules, { domains }: StoreData): string | undefined {
  const known = new Set(
    [...domains].flatMap(([domain, { secrets }]) => [
      domain,
      ...[...secrets.keys()].map((secret) => `${domain}/${secret}`),
    ]),
  );
  const unused = [...rules.keys()].filter((name) => !known.has(name));
  if (unused.length === 0) return undefined;
  const shown = unused.slice(0, SHOWN_NAMES).map(displayName).join(", ");
  if (unused.length === 1) return `the store has no ${shown}, which .pprotect.yaml has a rotation for`;
  const more = unused.length > SHOWN_NAMES ? ` and ${unused.length - SHOWN_NAMES} more` : "";
  return `.pprotect.yaml has rotations for ${unused.length} names that the store does not have: ${shown}${more}`;
}

/** A line for each value that is due, with who to ask and where it is explained. */
export function dueText(due: readonly DueSecret[]): string {
  return due
    .map(({ domain, secret, age, limit, owner, docs, via }) => {
      const more = [
        ...(via === undefined ? [] : ["has a command"]),
        ...(owner === undefined ? [] : [`ask ${escapeUnprintable(owner)}`]),
        ...(docs === undefined ? [] : [escapeUnprintable(docs)]),
      ];
      const name = displayName(`${domain}/${secret}`);
      const tail = more.length === 0 ? "" : `: ${more.join(", ")}`;
      const old =
        age === undefined ? "has an unknown age (its commit is dated in the future)" : `is ${days(age)} old`;
      return `${name} ${old}, the limit is ${formatDuration(limit)}${tail}\n`;
    })
    .join("");
}

function days(ms: number): string {
  const count = Math.floor(ms / 86_400_000);
  return count === 0 ? formatDuration(ms) : `${count} day${count === 1 ? "" : "s"}`;
}

/** For programs. */
export function dueFields({ domain, secret, age, limit, owner, docs, via }: DueSecret): Json {
  return {
    domain,
    secret,
    age_seconds: age === undefined ? null : Math.floor(age / 1000),
    limit_seconds: Math.floor(limit / 1000),
    owner: owner ?? null,
    docs: docs ?? null,
    has_command: via !== undefined,
  };
}
