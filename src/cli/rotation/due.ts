import { formatDuration } from "../../common/duration.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { type RotationRules, rotationRule } from "../../config/rotation/section.ts";
import type { SecretAccess } from "../../store/access/who-knows.ts";
import { besideOf, stagedRotations } from "../../store/rotation/states.ts";
import type { StoreData } from "../../store/store-data.ts";
import type { Json } from "../report/json-envelope.ts";

/** A value that is older than it may be. */
export interface DueSecret {
  readonly domain: string;
  readonly secret: string;
  /** ms since the value is there. */
  readonly age: number;
  /** ms that it may have been there. */
  readonly limit: number;
  readonly owner: string | undefined;
  readonly docs: string | undefined;
  /** The command that rotates it, if the configuration has one. */
  readonly via: string | undefined;
}

/**
 * The values that are too old, the oldest first: by the age of the value, not of the file or of the sealed value.
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
      const [age, limit] = [now - since.time, Math.min(...limits)];
      return age > limit ? [{ domain, secret, age, limit, owner, docs, via }] : [];
    })
    .toSorted((a, b) => b.age - a.age);
}

/** Without what a rotation has beside a secret: it is dropped with it, and not rotated itself. */
export function withoutBeside(store: StoreData, secrets: readonly SecretAccess[]): readonly SecretAccess[] {
  const beside = new Set(stagedRotations(store).map((each) => `${each.domain}/${besideOf(each)}`));
  return secrets.filter(({ domain, secret }) => !beside.has(`${domain}/${secret}`));
}

/** A sentence for each rule that is of no domain and no secret of the store: a misspelt one holds no value to its limit. */
export function rulesOfNothing(rules: RotationRules, { domains }: StoreData): readonly string[] {
  const known = new Set(
    [...domains].flatMap(([domain, { secrets }]) => [
      domain,
      ...[...secrets.keys()].map((secret) => `${domain}/${secret}`),
    ]),
  );
  return [...rules.keys()]
    .filter((name) => !known.has(name))
    .map((name) => `the store has no ${displayName(name)}, which .pprotect.yaml has a rotation for`);
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
      return `${name} is ${days(age)} old, the limit is ${formatDuration(limit)}${tail}\n`;
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
    age_seconds: Math.floor(age / 1000),
    limit_seconds: Math.floor(limit / 1000),
    owner: owner ?? null,
    docs: docs ?? null,
    has_command: via !== undefined,
  };
}
