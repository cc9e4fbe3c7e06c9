import { sealSecret } from "../../store/domain.ts";
import type { Conflict, ConflictSubject } from "./conflict.ts";
import type { DomainContent, DomainVersions, SecretContent } from "./domain-content.ts";
import type { MergeContext, Step } from "./merge-context.ts";
import { SIDES, type Side, type Versions } from "./versions.ts";
import type { WinningKey } from "./winning-key.ts";

/** Step 2: a domain's secrets, sealed to the key that wins. @returns sealed values, base64, by name */
export function mergeSecrets(
  domain: DomainVersions,
  { secrets }: DomainContent,
  key: WinningKey,
  context: MergeContext,
): Step<Map<string, string>> {
  const value = new Map<string, string>();
  const conflicts: Conflict[] = [];
  for (const [name, content] of secrets) {
    const merged = mergeSecret(domain, name, content, key, context);
    if (merged.value !== undefined) value.set(name, merged.value);
    conflicts.push(...merged.conflicts);
  }
  return { value, conflicts };
}

function mergeSecret(
  domain: DomainVersions,
  name: string,
  { from, present }: SecretContent,
  key: WinningKey,
  context: MergeContext,
): Step<string | undefined> {
  // One that is sealed to the winning key comes first: it needs nobody's credentials.
  const resealed = from.map((side) => resealFor(key, domain, side, name, context)).find((each) => each);
  if (resealed) return { value: resealed.sealed, conflicts: [] };
  const subject: ConflictSubject = { kind: "secret", domain: domain.name, name };
  const decision = context.decide(subject);
  if (typeof decision === "object") {
    return { value: sealSecret({ publicKey: key.publicKey }, decision.value), conflicts: [] };
  }
  if (decision !== undefined) {
    const decided = resealFor(key, domain, decision, name, context);
    if (decided) return { value: decided.sealed, conflicts: [] };
    if (context.forDisplay) return { value: domain[decision]?.secrets.get(name), conflicts: [] };
  }
  const [side] = from;
  const conflict: Conflict = {
    subject,
    reason:
      side === undefined ? bothChanged(present) : `sealed by ${side} to a key that the other side replaced`,
    credentials: side === undefined ? credentialsFor(domain, present) : "needed",
  };
  return { value: resealFor(key, domain, "ours", name, context)?.sealed, conflicts: [conflict] };
}

function bothChanged({ base, ours, theirs }: Versions<boolean>): string {
  if (!ours) return "removed by ours, changed by theirs";
  if (!theirs) return "changed by ours, removed by theirs";
  return base ? "changed by both sides" : "added by both sides";
}

/** Equal values, and one that was only re-sealed, are not a conflict once they can be opened. */
function credentialsFor(domain: DomainVersions, present: Versions<boolean>): Conflict["credentials"] {
  const resealed = SIDES.some((side) => present[side] && domain[side]?.publicKey !== domain.base?.publicKey);
  return (present.ours && present.theirs) || (present.base && resealed) ? "useful" : "useless";
}

/**
 * A side's version of a secret under the winning key: as it is if that key is the side's own, else opened and
 * sealed again.
 * @returns `undefined` if it cannot be opened; an absent secret is `{ sealed: undefined }`
 */
function resealFor(
  { publicKey }: WinningKey,
  domain: DomainVersions,
  side: Side,
  name: string,
  { credentials }: MergeContext,
): { sealed: string | undefined } | undefined {
  const sealed = domain[side]?.secrets.get(name);
  if (sealed === undefined || domain[side]?.publicKey === publicKey) return { sealed };
  const value = credentials.secret(side, domain.name, name);
  return value === undefined ? undefined : { sealed: sealSecret({ publicKey }, value) };
}
