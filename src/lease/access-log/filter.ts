import { type AccessEntry, parseEntry } from "./entry.ts";

/** Which entries to show; what is left out, does not limit them. */
export interface AccessFilter {
  /** Not before this moment. */
  readonly since?: Date | undefined;
  readonly client?: string | undefined;
  /** A name, or `DOMAIN/NAME`. */
  readonly secret?: string | undefined;
}

/** The entries of a text, in its order; lines that are not entries are left out. */
export function entriesIn(text: string): AccessEntry[] {
  return text.split("\n").flatMap((line) => parseEntry(line) ?? []);
}

export function matches(entry: AccessEntry, { since, client, secret }: AccessFilter): boolean {
  if (since && Date.parse(entry.time) < since.getTime()) return false;
  if (client !== undefined && entry.client !== client) return false;
  return secret === undefined || touches(entry, secret);
}

/** The last `count` entries that match. */
export function lastEntries(
  entries: readonly AccessEntry[],
  filter: AccessFilter,
  count: number,
): AccessEntry[] {
  const matching = entries.filter((entry) => matches(entry, filter));
  return count <= 0 ? [] : matching.slice(-count);
}

function touches({ domains = [] }: AccessEntry, secret: string): boolean {
  return domains.some(({ domain, secrets = [] }) =>
    secrets.some((name) => name === secret || `${domain}/${name}` === secret),
  );
}
