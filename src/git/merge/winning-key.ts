import { generatePrivateKey, type PrivateKey } from "../../crypto/x25519/private-key.ts";
import { encodePublicKey } from "../../store/format/sealed-value.ts";
import { type Domain, unionOfKeys } from "../../store/store-data.ts";
import type { Conflict, DecisionWord } from "./conflict.ts";
import type { DomainContent } from "./domain-content.ts";
import type { DomainVersions } from "./domain-versions.ts";
import { chosenSide, domainsSharingKey, type MergeContext, type Step, step } from "./merge-context.ts";
import { currentCopy } from "./merge-owners.ts";
import { whoCanOpen } from "./needed-passphrase.ts";
import { otherSide, SIDES, type Side, VERSIONS } from "./versions.ts";

/** Which key a domain has after a merge. */
export interface WinningKey {
  /** Base64 of `0x00 ‖ X25519 public key`. */
  readonly publicKey: string;
  /** The private key, if the merge made the pair itself. */
  readonly fresh?: { readonly privateKey: PrivateKey; readonly reason: string };
  /** Whether the merge may seal a secret to it. */
  readonly maySeal: boolean;
  /** Set if a user chose this side's domain whole, without anything of the other side. */
  readonly wholeSide?: Side;
}

/**
 * Step 1: decides which key a domain has. A key that one side alone introduced may belong to anyone. So a merge seals
 * values only to a key that both sides have, to one that is trusted and that no removed owner has a copy of, or to one
 * that it made itself.
 *
 * @param sides those that have the domain, at least one
 */
export function decideKey(
  domain: DomainVersions,
  sides: readonly Side[],
  content: DomainContent,
  context: MergeContext,
): Step<WinningKey> {
  const { base, ours, theirs } = domain;
  const [only] = sides;
  if (sides.length === 1 && only !== undefined) return step(keyOf(domain, only, false));
  if (ours?.publicKey === theirs?.publicKey) return step(keyOf(domain, "ours", true));
  const replacers = base ? SIDES.filter((side) => domain[side]?.publicKey !== base.publicKey) : SIDES;
  const [replacer] = replacers;
  return replacers.length === 1 && replacer !== undefined
    ? replacedByOne(domain, replacer, content, context)
    : replacedByBoth(domain, content, context);
}

function keyOf(domain: DomainVersions, side: Side, maySeal: boolean): WinningKey {
  return { publicKey: domain[side]?.publicKey ?? "", maySeal };
}

function replacedByOne(
  domain: DomainVersions,
  side: Side,
  content: DomainContent,
  context: MergeContext,
): Step<WinningKey> {
  const objection = objectionTo(domain, side, content, context);
  if (objection === undefined) {
    if (needsNoSealing(domain, side, content, context)) return step(keyOf(domain, side, false));
    if (isTrusted(domain, side, context)) return step(keyOf(domain, side, true));
  }
  const reason = objection ?? `${side} replaced the key, and nothing but that branch vouches for the new one`;
  if (opensBoth(domain, context)) return step(freshKey(reason));
  if (objection === undefined) return step(keyOf(domain, side, false));
  return chooseWhole(domain, `${side} replaced its key; ${objection}`, context);
}

function replacedByBoth(
  domain: DomainVersions,
  content: DomainContent,
  context: MergeContext,
): Step<WinningKey> {
  const how = domain.base ? "both sides replaced its key" : "both sides created it, each with its own key";
  if (opensBoth(domain, context)) {
    const acceptable = SIDES.filter(
      (side) => objectionTo(domain, side, content, context) === undefined && isTrusted(domain, side, context),
    );
    // The same one from both sides: two users who merge the same branches come to one key.
    const [winner] = acceptable.sort((a, b) => compareKeys(domain[a], domain[b]));
    return step(winner === undefined ? freshKey(how) : keyOf(domain, winner, true));
  }
  const reason = [
    how,
    ...onlyIn(domain, "ours"),
    ...onlyIn(domain, "theirs"),
    ...removedNote(domain, content),
  ];
  return chooseWhole(domain, reason.join("; "), context);
}

function compareKeys(a: Domain | undefined, b: Domain | undefined): number {
  return (a?.publicKey ?? "") < (b?.publicKey ?? "") ? -1 : 1;
}

function freshKey(reason: string): WinningKey {
  const privateKey = generatePrivateKey();
  return {
    publicKey: encodePublicKey(privateKey.publicKey),
    fresh: { privateKey, reason },
    maySeal: true,
  };
}

/** Asks which side's domain to take whole, where the key cannot be decided without an owner's credentials. */
function chooseWhole(domain: DomainVersions, reason: string, context: MergeContext): Step<WinningKey> {
  const subject = { kind: "domain", domain: domain.name } as const;
  const chosen = chosenSide(subject, context);
  const choices: readonly DecisionWord[] = SIDES.filter((side) => mixedEntries(domain, side).length === 0);
  const value = { ...keyOf(domain, chosen ?? "ours", false), wholeSide: chosen ?? ("ours" as const) };
  if (chosen !== undefined) return step(value);
  const needed = whoCanOpen(domain, SIDES, context);
  const conflict: Conflict = { subject, reason: `${reason}; ${needed}`, credentials: "needed", choices };
  return step(value, [conflict]);
}

/** Whether the given credentials open the domain as each side has it. */
function opensBoth(domain: DomainVersions, { credentials }: MergeContext): boolean {
  return SIDES.every((side) => credentials.domainKey(domain.name, domain[side]?.publicKey) !== undefined);
}

function isTrusted(domain: DomainVersions, side: Side, { trust, credentials }: MergeContext): boolean {
  const publicKey = domain[side]?.publicKey;
  return (
    publicKey !== undefined &&
    trust.trusts(domain.name, publicKey) &&
    credentials.domainKey(domain.name, publicKey) !== undefined
  );
}

/** Why a side's new key must not win, however it is trusted, or `undefined`. */
function objectionTo(
  domain: DomainVersions,
  side: Side,
  content: DomainContent,
  context: MergeContext,
): string | undefined {
  const mixed = mixedEntries(domain, side);
  if (mixed.length > 0) return `${side} kept entries that are sealed to the old key: ${listed(mixed)}`;
  const sharing = domainsSharingKey(domain.name, domain[side]?.publicKey, context);
  if (sharing.length > 0) return `the new key of ${side} is that of domain ${listed(sharing)}`;
  const holders = removedHolders(domain, side, content);
  if (holders.length > 0)
    return `${listed(holders)}, whom one side removed as an owner, can have the new key of ${side}`;
  // Our own version was checked out before; what comes in is tried.
  if (side === "theirs" && context.credentials.cannotOpenCopy(side, domain.name)) {
    return "your copy of their new key does not open";
  }
  return undefined;
}

/**
 * Entries of a side that are the very ones of a version under another key, so that they cannot be sealed to the side's
 * own (FORMAT.md, "What ties entries together"): shows without any credentials.
 */
function mixedEntries(domain: DomainVersions, side: Side): string[] {
  const now = domain[side];
  if (!now) return [];
  const foreign = new Set<string>();
  const own = new Set<string>();
  for (const version of VERSIONS) {
    const other = domain[version];
    if (version === side || !other) continue;
    const into = other.publicKey === now.publicKey ? own : foreign;
    for (const text of [...other.secrets.values(), ...other.owners.values()]) into.add(text);
  }
  const isMixed = (text: string): boolean => foreign.has(text) && !own.has(text);
  return [
    ...[...now.secrets].flatMap(([name, text]) => (isMixed(text) ? [`secret ${name}`] : [])),
    ...[...now.owners].flatMap(([name, text]) => (isMixed(text) ? [`owner ${name}`] : [])),
  ];
}

/** Who has a copy of a side's key and is not an owner after the merge. */
export function removedHolders(domain: DomainVersions, side: Side, { owners }: DomainContent): string[] {
  const remaining = new Set(owners);
  const holders = VERSIONS.flatMap((version) =>
    domain[version]?.publicKey === domain[side]?.publicKey ? unionOfKeys(domain[version]?.owners) : [],
  );
  return [...new Set(holders)].filter((owner) => !remaining.has(owner));
}

/** Whether everything that the domain holds after the merge is already sealed as it must be under a side's key. */
function needsNoSealing(
  domain: DomainVersions,
  side: Side,
  { secrets, undecided, owners }: DomainContent,
  context: MergeContext,
): boolean {
  const publicKey = domain[side]?.publicKey ?? "";
  return (
    [...secrets].every(
      ([name, content]) =>
        undecided.has(name) ||
        ("from" in content && content.from.some((version) => domain[version]?.publicKey === publicKey)),
    ) && owners.every((owner) => currentCopy(domain, owner, publicKey, context) !== undefined)
  );
}

/** Names the secrets that only one side has, which a choice of the other side would drop. */
function onlyIn({ base, ...domain }: DomainVersions, side: Side): string[] {
  const added = unionOfKeys(domain[side]?.secrets).filter(
    (secret) => !domain[otherSide(side)]?.secrets.has(secret) && !base?.secrets.has(secret),
  );
  return added.length === 0 ? [] : [`only ${side} has ${listed(added)}`];
}

function removedNote(domain: DomainVersions, content: DomainContent): string[] {
  const removed = new Set(SIDES.flatMap((side) => removedHolders(domain, side, content)));
  return removed.size === 0 ? [] : [`one side removed owner ${listed([...removed])}`];
}

const MAX_LISTED = 10;

function listed(names: readonly string[]): string {
  const more = names.length - MAX_LISTED;
  return more > 0 ? `${names.slice(0, MAX_LISTED).join(", ")} and ${more} more` : names.join(", ");
}
