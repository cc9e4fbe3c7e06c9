import { type Domain, unionOfKeys } from "../../store/store-data.ts";
import type { Conflict } from "./conflict.ts";
import { type DomainVersions, removedOwners } from "./domain-content.ts";
import { chosenSide, type MergeContext, type Step } from "./merge-context.ts";
import { SIDES, type Side } from "./versions.ts";

/** Which key a domain has after a merge. */
export interface WinningKey {
  /** The side whose key it is; either one if both have the same. */
  readonly side: Side;
  /** Base64 of `0x00 ‖ X25519 public key`. */
  readonly publicKey: string;
  /** Whether that side's secrets and owners come with it, and nothing of the other side. */
  readonly wholeDomain: boolean;
}

/** Step 1: decides which side's key wins. @param sides those that have the domain, at least one */
export function decideKey(
  domain: DomainVersions,
  sides: readonly Side[],
  context: MergeContext,
): Step<WinningKey> {
  const side = sides.length === 1 ? sides[0] : sideWithKey(domain, context);
  if (side !== undefined) return { value: keyOf(domain, side, false), conflicts: [] };
  const subject = { kind: "domain", domain: domain.name } as const;
  const chosen = chosenSide(subject, context);
  const conflict: Conflict = { subject, reason: twoKeysReason(domain, context), credentials: "needed" };
  return {
    value: keyOf(domain, chosen ?? "ours", true),
    conflicts: chosen === undefined ? [conflict] : [],
  };
}

function keyOf(domain: DomainVersions, side: Side, wholeDomain: boolean): WinningKey {
  return { side, publicKey: domain[side]?.publicKey ?? "", wholeDomain };
}

/** The side whose key wins without a user's decision. */
function sideWithKey(domain: DomainVersions, context: MergeContext): Side | undefined {
  const { name, base, ours, theirs } = domain;
  if (ours?.publicKey === theirs?.publicKey) return "ours";
  if (base && theirs?.publicKey === base.publicKey) return "ours";
  if (base && ours?.publicKey === base.publicKey) return "theirs";
  // Two new keys, and everything can be opened: one wins that no owner has whom the other side removed.
  if (!SIDES.every((side) => context.credentials.domainKey(side, name))) return undefined;
  return SIDES.find((side) => removedOwners(domain, side, context).length === 0);
}

/** Names what goes with either key: whoever chooses one must know. */
function twoKeysReason(domain: DomainVersions, context: MergeContext): string {
  const { base, ours, theirs } = domain;
  const how = base ? "both sides replaced its key" : "both sides created it, each with a key of its own";
  const only = (side: Side, has: Domain | undefined, other: Domain | undefined): string[] => {
    const added = unionOfKeys(has?.secrets).filter(
      (secret) => !other?.secrets.has(secret) && !base?.secrets.has(secret),
    );
    return added.length === 0 ? [] : [`only ${side} has ${added.join(", ")}`];
  };
  const removed = new Set(SIDES.flatMap((side) => removedOwners(domain, side, context)));
  const gone = removed.size === 0 ? [] : [`one side removed owner ${[...removed].join(", ")}`];
  return [how, ...only("ours", ours, theirs), ...only("theirs", theirs, ours), ...gone].join("; ");
}
