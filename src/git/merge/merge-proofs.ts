import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import { auditEntry } from "../../store/audit-log.ts";
import { domainFingerprint } from "../../store/trust/fingerprint.ts";
import { grantProof, rotationProof } from "../../store/trust/proof.ts";
import { provenGrant, provenRotation } from "../../store/trust/verify.ts";
import type { DomainVersions } from "./domain-versions.ts";
import type { MergeContext } from "./merge-context.ts";
import { isVouchedFor } from "./merge-owners.ts";
import { SIDES, VERSIONS } from "./versions.ts";
import type { WinningKey } from "./winning-key.ts";

/**
 * The proofs of what a merge itself did with a domain's key (docs/format.md, "Proofs"). Those of both sides are entries of
 * their logs like any other.
 *
 * Every key that the winning one replaces signs it, as far as the credentials open it: users of either side, and of the
 * ancestor, then follow. The winning key signs each owner to whom the merge sealed a copy of it; except an owner of
 * one side alone without a proof: the merge does not vouch for what a branch wrote.
 *
 * @param owners the copies after the merge, by owner
 * @returns entries for the audit log
 */
export function mergeProofs(
  domain: DomainVersions,
  key: WinningKey,
  owners: ReadonlyMap<string, string>,
  context: MergeContext,
): string[] {
  const privateKey =
    key.fresh?.privateKey ??
    (key.maySeal ? context.credentials.domainKey(domain.name, key.publicKey) : undefined);
  if (!privateKey) return [];
  const entries = rotationEntries(domain, key.publicKey, context);
  return [...entries, ...grantEntries(domain, key.publicKey, privateKey, owners, context)];
}

function rotationEntries(
  domain: DomainVersions,
  publicKey: string,
  { credentials, log, now }: MergeContext,
): string[] {
  // What both sides have was decided before this merge.
  if (SIDES.every((side) => domain[side]?.publicKey === publicKey)) return [];
  const entries: string[] = [];
  const replaced = new Set(VERSIONS.map((version) => domain[version]?.publicKey));
  for (const old of replaced) {
    const oldKey = old === publicKey ? undefined : credentials.domainKey(domain.name, old);
    if (old === undefined || !oldKey) continue;
    const from = domainFingerprint({ publicKey: old });
    if (provenRotation([...log, ...entries], domain.name, from, publicKey)) continue;
    entries.push(auditEntry(rotationProof(domain.name, oldKey, publicKey), now));
  }
  return entries;
}

function grantEntries(
  domain: DomainVersions,
  publicKey: string,
  privateKey: PrivateKey,
  owners: ReadonlyMap<string, string>,
  context: MergeContext,
): string[] {
  const { custodians, log, now } = context;
  return [...owners].flatMap(([owner, copy]) => {
    const pwdkm = custodians.pwdkm.get(owner);
    const isKept = SIDES.some((side) => domain[side]?.owners.get(owner) === copy);
    if (pwdkm === undefined || isKept || !isVouchedFor(domain, owner, context)) return [];
    if (provenGrant(log, domain.name, publicKey, owner, pwdkm)) return [];
    return [auditEntry(grantProof(domain.name, privateKey, owner, pwdkm), now)];
  });
}
