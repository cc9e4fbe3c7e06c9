import { displayName } from "../common/terminal-safe.ts";
import { boxHash, type Grant, type LeasedDomain } from "./grant.ts";

/** Sealed values of one domain to open, as the store has them now. */
export interface WantedDomain {
  /** The store's real path. */
  readonly store: string;
  readonly domain: string;
  /** The domain's public key, as the store writes it. */
  readonly publicKey: string;
  /** Name and sealed value of each secret. */
  readonly boxes: readonly (readonly [secret: string, sealed: string])[];
}

/** Whether a lease opens all of it, or why not; `unrelated` when it has nothing to do with the domain. */
export type Coverage =
  | { readonly covers: true }
  | { readonly covers: false; readonly unrelated: boolean; readonly why: string };

/** Compares a lease with what is wanted: by keys and sealed values, not by names. */
export function coverageOf({ id, domains }: Grant, wanted: WantedDomain): Coverage {
  const leased = domains.find(({ publicKey }) => publicKey === wanted.publicKey);
  if (leased) return limitedCoverage(id, leased, wanted);
  const where = `domain "${displayName(wanted.domain)}"`;
  const isKnown = domains.some(({ name, store }) => name === wanted.domain && store === wanted.store);
  const why = isKnown
    ? `the lease ${id} is for another key of ${where}: the key was rotated or replaced since`
    : `the lease ${id} does not cover ${where}`;
  return { covers: false, unrelated: !isKnown, why };
}

function limitedCoverage(id: string, { only }: LeasedDomain, { domain, boxes }: WantedDomain): Coverage {
  if (!only) return { covers: true };
  const hashes = new Set(only.boxes.map(([, hash]) => hash));
  const missing = boxes.find(([, sealed]) => !hashes.has(boxHash(sealed)));
  if (!missing) return { covers: true };
  const secret = `secret "${displayName(missing[0])}" in domain "${displayName(domain)}"`;
  const was = only.boxes.some(([name]) => name === missing[0]);
  const why = was
    ? `${secret} was changed since the lease ${id} was granted`
    : `the lease ${id} does not cover ${secret}: it is limited to ${only.globs.map(displayName).join(", ")}`;
  return { covers: false, unrelated: false, why };
}

/** A lease that may be used, and what it is to open. */
export interface Plan<Lease extends { readonly grant: Grant }> {
  readonly lease: Lease;
  readonly wanted: readonly WantedDomain[];
}

/**
 * Chooses leases that together open all of it: of several that cover a domain one without a limit of uses, and then
 * the one that lasts longest.
 *
 * @returns the choice, or why there is none: a line for each lease that is for one of the domains
 */
export function planLeases<Lease extends { readonly grant: Grant }>(
  leases: readonly Lease[],
  wanted: readonly WantedDomain[],
): { readonly plans: readonly Plan<Lease>[] } | { readonly reasons: readonly string[] } {
  const inOrder = leases.toSorted(
    (a, b) =>
      Number(a.grant.uses !== undefined) - Number(b.grant.uses !== undefined) ||
      b.grant.until - a.grant.until,
  );
  const chosen = new Map<Lease, WantedDomain[]>();
  const reasons: string[] = [];
  let complete = true;
  for (const each of wanted) {
    const lease = inOrder.find(({ grant }) => coverageOf(grant, each).covers);
    if (lease) chosen.set(lease, [...(chosen.get(lease) ?? []), each]);
    else {
      complete = false;
      reasons.push(...inOrder.flatMap(({ grant }) => relatedReason(coverageOf(grant, each))));
    }
  }
  return complete ? { plans: [...chosen].map(([lease, all]) => ({ lease, wanted: all })) } : { reasons };
}

function relatedReason(coverage: Coverage): string[] {
  return coverage.covers || coverage.unrelated ? [] : [coverage.why];
}
