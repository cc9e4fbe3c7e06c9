import { formatDuration, parseDuration } from "../common/duration.ts";
import { PprotectError } from "../common/errors.ts";

/** The longest that a lease may last, in ms, where {@link MAX_TTL_VARIABLE} does not say otherwise. */
const DEFAULT_MAX_TTL = 24 * 3_600_000;

/** The variable that says how long a lease may last at most, such as `8h`. */
export const MAX_TTL_VARIABLE = "PPROTECT_MAX_TTL";

/** How long leases may last, in ms. @throws PprotectError `usage` */
export function longestTtl(environment: Readonly<Record<string, string | undefined>>): number {
  const given = environment[MAX_TTL_VARIABLE];
  return given ? parseDuration(MAX_TTL_VARIABLE, given) : DEFAULT_MAX_TTL;
}

/**
 * Refuses a time that is longer than leases, and values that are given to a client, may last.
 *
 * @param ttl milliseconds
 * @throws PprotectError `usage`
 */
export function refuseLongTtl(ttl: number, environment: Readonly<Record<string, string | undefined>>): void {
  const longest = longestTtl(environment);
  if (ttl <= longest) return;
  throw new PprotectError(
    "usage",
    `${formatDuration(ttl)} is longer than a lease may last (${formatDuration(longest)})`,
    `${MAX_TTL_VARIABLE} sets how long leases may last`,
  );
}
