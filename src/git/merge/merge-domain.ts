import { sealSecret } from "../../store/domain.ts";
import { type Domain, type StoreData, unionOfKeys } from "../../store/store-data.ts";
import type { ConflictSubject } from "./conflict.ts";
import { decideDomain } from "./domain-decision.ts";
import type { MergeContext } from "./merge-context.ts";
import { isOwnerAfter, mergeOwners, revokedOwners } from "./merge-owners.ts";
import { acceptableSides, type Choice, type SideName, type Versions } from "./versions.ts";

/** One domain of a merge, or `undefined` where it is gone. */
export function mergeDomain(name: string, context: MergeContext): Domain | undefined {
  const { sides } = context;
  const versions: Versions<Domain> = {
    base: sides.base.domains.get(name),
    ours: sides.ours.domains.get(name),
    theirs: sides.theirs.domains.get(name),
  };
  const { base, ours, theirs } = versions;
  if (ours && theirs) return mergePresent(name, ours, theirs, versions, context);
  const [present, side]: [Domain | undefined, Choice] = ours ? [ours, "ours"] : [theirs, "theirs"];
  if (!present) return undefined;
  // Only one side has it: new there, or removed by the other.
  if (!base) return mergeEntries(name, side, context);
  if (isUntouched(present, base, sides[side], sides.base)) return undefined;
  const chosen = decideDomain(
    name,
    `removed by ${side === "ours" ? "theirs" : "ours"}, changed by ${side}`,
    "useless",
    context,
  );
  return chosen === side ? mergeEntries(name, side, context) : undefined;
}

function mergePresent(
  name: string,
  ours: Domain,
  theirs: Domain,
  versions: Versions<Domain>,
  context: MergeContext,
): Domain {
  const { base } = versions;
  if (ours.publicKey === theirs.publicKey) return mergeEntries(name, "ours", context);
  if (base && theirs.publicKey === base.publicKey) return mergeEntries(name, "ours", context);
  if (base && ours.publicKey === base.publicKey) return mergeEntries(name, "theirs", context);
  // Two new keys, and everything can be opened: one stands that no owner has whom the other side removed.
  if (context.opener.domainKey("ours", name) && context.opener.domainKey("theirs", name)) {
    const unexposed = (["ours", "theirs"] as const).find(
      (side) => revokedOwners(name, side, context).length === 0,
    );
    if (unexposed) return mergeEntries(name, unexposed, context);
  }
  return decideDomain(name, twoKeysReason(name, versions, context), "needed", context) === "theirs"
    ? whole("theirs", theirs, name, context)
    : whole("ours", ours, name, context);
}

/** Names what goes with either key: whoever chooses one must know. */
function twoKeysReason(
  name: string,
  { base, ours, theirs }: Versions<Domain>,
  context: MergeContext,
): string {
  const how = base ? "both sides replaced its key" : "both sides created it, each with a key of its own";
  const only = (side: string, has: Domain | undefined, other: Domain | undefined): string[] => {
    const added = unionOfKeys(has?.secrets).filter(
      (secret) => !other?.secrets.has(secret) && !base?.secrets.has(secret),
    );
    return added.length === 0 ? [] : [`only ${side} has ${added.join(", ")}`];
  };
  const revoked = [...revokedOwners(name, "ours", context), ...revokedOwners(name, "theirs", context)];
  const gone = revoked.length === 0 ? [] : [`one side removed owner ${[...new Set(revoked)].join(", ")}`];
  return [how, ...only("ours", ours, theirs), ...only("theirs", theirs, ours), ...gone].join("; ");
}

/** A whole domain of one side; only ownerships of custodians that are gone or rekeyed are seen to. */
function whole(side: Choice, domain: Domain, name: string, context: MergeContext): Domain {
  if (context.forDisplay) return domain;
  const only = context.sides[side];
  const merged = mergeEntries(name, side, { ...context, sides: { base: only, ours: only, theirs: only } });
  // To choose a side's key is not to give back what the other side took from somebody.
  const owners = new Map([...merged.owners].filter(([owner]) => isOwnerAfter(name, owner, context)));
  return owners.size === 0 ? merged : { ...merged, owners };
}

/**
 * Whether a side left a domain alone. An owner's entry that was only sealed anew, because that custodian's own
 * key changed, is no change of the domain.
 */
function isUntouched(domain: Domain, base: Domain, store: StoreData, baseStore: StoreData): boolean {
  if (domain.publicKey !== base.publicKey || domain.owners.size !== base.owners.size) return false;
  if (domain.secrets.size !== base.secrets.size) return false;
  const sameOwners = [...domain.owners].every(
    ([owner, sealed]) =>
      base.owners.get(owner) === sealed ||
      (base.owners.has(owner) && store.custodians.get(owner) !== baseStore.custodians.get(owner)),
  );
  return sameOwners && [...domain.secrets].every(([secret, sealed]) => base.secrets.get(secret) === sealed);
}

/** Merges secrets and owners under the public key of the side whose key stands. */
function mergeEntries(name: string, standing: Choice, context: MergeContext): Domain {
  const { sides } = context;
  const standingDomain = sides[standing].domains.get(name);
  const publicKey = standingDomain?.publicKey ?? "";
  const domain: Domain = { publicKey, owners: new Map(), secrets: new Map() };
  return {
    publicKey,
    secrets: mergeSecrets(name, domain, context),
    owners: mergeOwners(name, standing, domain, context),
  };
}

function mergeSecrets(domainName: string, domain: Domain, context: MergeContext): Map<string, string> {
  const { sides } = context;
  const secrets = new Map<string, string>();
  const of = (side: SideName) => sides[side].domains.get(domainName)?.secrets;
  for (const secret of unionOfKeys(of("ours"), of("theirs"))) {
    const sealed = mergeSecret(domainName, secret, domain, context);
    if (sealed !== undefined) secrets.set(secret, sealed);
  }
  return secrets;
}

function mergeSecret(
  domainName: string,
  secret: string,
  domain: Domain,
  context: MergeContext,
): string | undefined {
  const { sides, opener } = context;
  const sealedIn = (side: SideName) => sides[side].domains.get(domainName)?.secrets.get(secret);
  const publicKeyIn = (side: SideName) => sides[side].domains.get(domainName)?.publicKey;
  const versionOf = (side: SideName): SideName | undefined =>
    sealedIn(side) === undefined ? undefined : side;
  const same = (a: SideName, b: SideName): boolean => {
    if (sealedIn(a) === sealedIn(b)) return true;
    const value = opener.secret(a, domainName, secret);
    return value !== undefined && value === opener.secret(b, domainName, secret);
  };
  const versions = { base: versionOf("base"), ours: versionOf("ours"), theirs: versionOf("theirs") };
  const subject: ConflictSubject = { kind: "secret", domain: domainName, name: secret };
  const acceptable = acceptableSides(versions, same);
  // Any of them will do; one that is sealed to the key that stands needs nobody's key.
  for (const side of acceptable) {
    const taken = restate(side, domainName, secret, domain, context);
    if (taken) return taken.sealed;
  }
  const [side] = acceptable;

  const decision = context.decide(subject);
  if (typeof decision === "object") return sealSecret(domain, decision.value);
  if (decision !== undefined) {
    const decided = restate(decision, domainName, secret, domain, context);
    if (decided) return decided.sealed;
    if (context.forDisplay) return sealedIn(decision);
  }
  const { base, ours, theirs } = versions;
  const resealed = [ours, theirs].some((each) => each && publicKeyIn(each) !== publicKeyIn("base"));
  context.report({
    subject,
    reason:
      side === undefined ? secretReason(versions) : `sealed by ${side} to a key that the other side replaced`,
    // Equal values, or one that was only sealed anew, settle themselves once they can be opened.
    credentials:
      side !== undefined ? "needed" : (ours && theirs) || (base && resealed) ? "useful" : "useless",
  });
  return restate("ours", domainName, secret, domain, context)?.sealed;
}

function secretReason({ base, ours, theirs }: Versions<SideName>): string {
  if (ours === undefined) return "removed by ours, changed by theirs";
  if (theirs === undefined) return "changed by ours, removed by theirs";
  return base === undefined ? "added by both sides" : "changed by both sides";
}

/**
 * A side's value under the key that stands: as it is where that key is the side's own, else opened and sealed
 * anew.
 * @returns `undefined` when it cannot be opened; an absent value is `{ sealed: undefined }`
 */
function restate(
  side: Choice,
  domainName: string,
  secret: string,
  domain: Domain,
  { sides, opener }: MergeContext,
): { sealed: string | undefined } | undefined {
  const from = sides[side].domains.get(domainName);
  const sealed = from?.secrets.get(secret);
  if (sealed === undefined || from?.publicKey === domain.publicKey) return { sealed };
  const value = opener.secret(side, domainName, secret);
  return value === undefined ? undefined : { sealed: sealSecret(domain, value) };
}
