import { sealSecret } from "../../store/domain.ts";
import type { Conflict, ConflictSubject, UndoneChange } from "./conflict.ts";
import type { DomainContent } from "./domain-content.ts";
import { type DomainVersions, secretTexts } from "./domain-versions.ts";
import { changeKind, type MergeContext, type Step, step } from "./merge-context.ts";
import { whoCanOpen } from "./needed-passphrase.ts";
import type { SecretContent } from "./secret-content.ts";
import { otherSide, SIDES, type Side } from "./versions.ts";
import type { WinningKey } from "./winning-key.ts";

/** Step 2: a domain's secrets, sealed to the key that wins. @returns sealed values, base64, by name */
export function mergeSecrets(
  domain: DomainVersions,
  { secrets, undecided }: DomainContent,
  key: WinningKey,
  context: MergeContext,
): Step<Map<string, string>> {
  const value = new Map<string, string>();
  const conflicts: Conflict[] = [];
  const undone: UndoneChange[] = [];
  for (const [name, content] of secrets) {
    const sealed = undecided.has(name)
      ? (domain.ours?.secrets.get(name) ?? domain.theirs?.secrets.get(name))
      : resealFor(key, domain, name, content, context);
    if (sealed !== undefined) {
      value.set(name, sealed);
      continue;
    }
    const merged = notSealed(domain, name, content, key, context);
    if (merged.value !== undefined) value.set(name, merged.value);
    conflicts.push(...merged.conflicts);
    undone.push(...merged.undone);
  }
  return step(value, conflicts, undone);
}

/**
 * A secret under the winning key: as it is if a version has it under that key, else opened and sealed again.
 * @returns `undefined` if it cannot be opened, or must not be sealed to that key
 */
function resealFor(
  { publicKey, maySeal }: WinningKey,
  domain: DomainVersions,
  name: string,
  content: SecretContent,
  { credentials }: MergeContext,
): string | undefined {
  if ("value" in content) return maySeal ? sealSecret({ publicKey }, content.value) : undefined;
  for (const version of content.from) {
    if (domain[version]?.publicKey === publicKey) return domain[version].secrets.get(name);
  }
  const [version] = content.from;
  const value = maySeal && version !== undefined ? credentials.secret(version, domain.name, name) : undefined;
  return value === undefined ? undefined : sealSecret({ publicKey }, value);
}

/** A secret that cannot be sealed to the winning key: a user may take the other side's, or leave it out. */
function notSealed(
  domain: DomainVersions,
  name: string,
  content: SecretContent,
  key: WinningKey,
  context: MergeContext,
): Step<string | undefined> {
  const subject: ConflictSubject = { kind: "secret", domain: domain.name, name };
  const text = secretTexts(domain, name);
  /** A side's version as it can be kept: `undefined` if it cannot, and `sealed: undefined` if it is absent. */
  const keep = (side: Side): { sealed: string | undefined } | undefined => {
    if (text[side] === undefined) return { sealed: undefined };
    const sealed = resealFor(key, domain, name, { from: [side] }, context);
    return sealed === undefined ? undefined : { sealed };
  };
  const decision = context.decide(subject);
  if (decision === "ours" || decision === "theirs") {
    const kept = keep(decision);
    const other = otherSide(decision);
    if (kept) {
      const undone = { subject, side: other, change: changeKind(text.base, text[other]) };
      return step(kept.sealed, [], text[other] === text.base ? [] : [undone]);
    }
    if (context.forDisplay) return step(text[decision]);
  }
  const from: Side = "from" in content && content.from[0] === "theirs" ? "theirs" : "ours";
  const needed = whoCanOpen(domain, SIDES, context);
  const reason = key.fresh
    ? "its value cannot be opened: it is damaged, or sealed to another key"
    : "value" in content
      ? `a new value cannot be sealed to the key that one side introduced; ${needed}`
      : `sealed by ${from} to a key that ${otherSide(from)} replaced; ${needed}`;
  const choices = [...SIDES.filter((side) => keep(side)), ...(key.maySeal ? (["new"] as const) : [])];
  return step(keep("ours")?.sealed, [
    { subject, reason, credentials: key.fresh ? "useless" : "needed", choices },
  ]);
}
