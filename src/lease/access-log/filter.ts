import { type AccessEntry, parseEntry } from "./entry.ts";

/** Which entries to show; what is left out, does not limit them. */
export interface AccessFilter {
  /** Not before this moment. */
  readonly since?: Date | undefined;
  readonly client?: string | undefined;
  /** Leases of that client: what was read under them is the client's, whatever it called itself then. */
  readonly leases?: ReadonlySet<string>;
  /** A name, or `DOMAIN/NAME`. */
  readonly secret?: string | undefined;
}

/** The entries of a text, in its order; lines that are not entries are left out. */
export function entriesIn(text: string): AccessEntry[] {
  return text.split("\n").flatMap((line) => parseEntry(line) ?? []);
}

export function matches(entry: AccessEntry, { since, client, leases, secret }: AccessFilter): boolean {
  if (since && Date.parse(entry.time) < since.getTime()) return false;
  const isOfLease = entry.lease !== undefined && leases?.has(entry.lease);
  if (client !== undefined && entry.client !== client && !isOfLease) return false;
  return secret === undefined || touches(entry, secret);
}

/** The leases that were granted to a client. */
export function leasesOf(client: string | undefined, entries: readonly AccessEntry[]): Set<string> {
  const granted = entries.filter(
    (entry) => client !== undefined && entry.client === client && isGrant(entry),
  );
  return new Set(granted.flatMap(({ lease }) => lease ?? []));
}

function isGrant({ action, result }: AccessEntry): boolean {
  return action === "unlock" && result === "ok";
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
  return domains.some(({ domain, secrets }) => {
    // Without names it was about all secrets of the domain.
    if (!secrets) return !secret.includes("/") || secret.startsWith(`${domain}/`);
    return secrets.some((name) => name === secret || `${domain}/${name}` === secret);
  });
}
