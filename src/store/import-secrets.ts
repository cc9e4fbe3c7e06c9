import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { countNoun } from "../common/text.ts";
import type { KeyFile } from "./key-file.ts";
import { findDomain } from "./lookup.ts";

/** What to do with a name that the domain has already. */
export const CONFLICT_CHOICES = ["fail", "skip", "update"] as const;
export type OnConflict = (typeof CONFLICT_CHOICES)[number];

/** What an import does with each name. */
export interface ImportPlan {
  readonly added: readonly string[];
  readonly updated: readonly string[];
  readonly skipped: readonly string[];
}

const MAX_NAMED = 8;

/** @throws PprotectError `no_such_domain`; `secret_exists` with every such name, for `fail` */
export function planImport(
  { data }: KeyFile,
  domain: string,
  names: readonly string[],
  onConflict: OnConflict,
): ImportPlan {
  const { secrets } = findDomain(data, domain);
  const present = names.filter((name) => secrets.has(name));
  if (onConflict === "fail" && present.length > 0) throw conflict(domain, present);
  return {
    added: names.filter((name) => !secrets.has(name)),
    updated: onConflict === "update" ? present : [],
    skipped: onConflict === "skip" ? present : [],
  };
}

function conflict(domain: string, names: readonly string[]): PprotectError {
  const listed = names.slice(0, MAX_NAMED).map(displayName).join(", ");
  const more = names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : "";
  return new PprotectError(
    "secret_exists",
    `domain "${displayName(domain)}" already has ${countNoun(names.length, "of these secrets", "of these secrets")}: ${listed}${more}; nothing was changed`,
    "--on-conflict update changes them, --on-conflict skip leaves them as they are",
  );
}

/**
 * Seals values to a domain, as a plan says. Needs no credentials.
 *
 * @param values plaintext by name
 * @throws PprotectError `invalid_name`, `invalid_value`
 */
export function importSecrets(
  file: KeyFile,
  domain: string,
  values: ReadonlyMap<string, string>,
  { added, updated }: ImportPlan,
  now = new Date(),
): KeyFile {
  const value = (name: string): string => values.get(name) ?? "";
  const withAdded = added.reduce((changed, name) => changed.addSecret(domain, name, value(name), now), file);
  return updated.reduce((changed, name) => changed.updateSecret(domain, name, value(name), now), withAdded);
}
