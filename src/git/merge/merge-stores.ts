import { audit, auditEntry } from "../../store/audit-log.ts";
import { type Domain, type StoreData, unionOfKeys } from "../../store/store-data.ts";
import { mergeAuditLogs } from "./audit-log-merge.ts";
import type { Conflict, UndoneChange } from "./conflict.ts";
import { domainContent, sidesWithDomain } from "./domain-content.ts";
import { domainVersions } from "./domain-versions.ts";
import { chosenSide, type MergeContext, type MergeOptions, type Step, step } from "./merge-context.ts";
import { mergeCustodians } from "./merge-custodians.ts";
import { mergeOwners } from "./merge-owners.ts";
import { mergeProofs } from "./merge-proofs.ts";
import { apartRotations, rotationEntries, sideSteps } from "./merge-rotations.ts";
import { mergeSecrets } from "./merge-secrets.ts";
import { type StoreVersions, VERSIONS } from "./versions.ts";
import { takeWholeDomain } from "./whole-domain.ts";
import { decideKey } from "./winning-key.ts";

export interface MergeResult {
  /** Everything merged; a conflict without a decision has our version. */
  readonly store: StoreData;
  readonly conflicts: readonly Conflict[];
  /** What the decisions undo, of what a side did. */
  readonly undone: readonly UndoneChange[];
  /** Domains for which the merge made a new key pair, and why. */
  readonly newKeys: readonly NewKey[];
  /** Domains whose key in the result is one that only theirs has, taken without opening it. */
  readonly incomingKeys: readonly string[];
}

export interface NewKey {
  readonly domain: string;
  readonly reason: string;
}

interface MergedDomain {
  readonly domain: Domain;
  /** Entries for the audit log. */
  readonly proofs: readonly string[];
  readonly newKey?: NewKey;
}

/**
 * A three-way merge by meaning (FORMAT.md, "What ties entries together"). Custodians first; then, for each
 * domain, which key wins, its secrets sealed to that key, and its owners' copies of it; the audit log last. An
 * entry sealed to a replaced key is never taken as it is: it is re-sealed with the credentials, or a conflict. What
 * the merge did with keys itself, it signs.
 */
export function mergeStores(versions: StoreVersions, options: MergeOptions, now = new Date()): MergeResult {
  const custodians = mergeCustodians(versions, options);
  const log = mergeAuditLogs(versions.base.auditLog, versions.ours.auditLog, versions.theirs.auditLog);
  const context: MergeContext = {
    ...options,
    versions,
    custodians: custodians.value,
    rotations: sideSteps(versions),
    log,
    now,
    domainsByKey: domainsByKey(versions),
  };
  const conflicts: Conflict[] = [...custodians.conflicts];
  const undone: UndoneChange[] = [...custodians.undone];
  const domains = new Map<string, Domain>();
  const newKeys: NewKey[] = [];
  const entries: string[] = [];
  for (const name of unionOfKeys(versions.ours.domains, versions.theirs.domains)) {
    const merged = mergeDomain(name, context);
    if (merged.value) {
      const { domain, newKey, proofs } = merged.value;
      domains.set(name, domain);
      if (newKey) {
        newKeys.push(newKey);
        entries.push(auditEntry(audit.domainRotated(name), now));
      }
      entries.push(...proofs);
    }
    conflicts.push(...merged.conflicts);
    undone.push(...merged.undone);
  }
  const store = { domains, custodians: custodians.value.pwdkm, auditLog: [...log, ...entries] };
  return {
    store: { ...store, auditLog: [...store.auditLog, ...entriesOfRotations(store, conflicts, context)] },
    conflicts,
    undone,
    newKeys,
    incomingKeys: [...domains]
      .filter(([name, { publicKey }]) => isIncoming(versions, name, publicKey))
      .map(([name]) => name),
  };
}

/** What the merge says itself of rotations, once nothing of them is in conflict. */
function entriesOfRotations(
  store: StoreData,
  conflicts: readonly Conflict[],
  context: MergeContext,
): readonly string[] {
  const { versions, rotations, now } = context;
  if (conflicts.length > 0) return [];
  const chosen = new Map(
    [...store.domains.keys()].flatMap((domain) =>
      [...new Set(apartRotations(domain, versions, rotations).values())].flatMap((rotation) => {
        const side = chosenSide(rotation.subject, context);
        return side === undefined ? [] : [[rotation, side] as const];
      }),
    ),
  );
  return rotationEntries(store, versions, rotations, chosen, now);
}

function domainsByKey(versions: StoreVersions): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const version of VERSIONS) {
    for (const [name, { publicKey }] of versions[version].domains) {
      const known = names.get(publicKey);
      if (known) known.add(name);
      else names.set(publicKey, new Set([name]));
    }
  }
  return names;
}

/** Whether a key replaces ours by theirs. */
function isIncoming({ ours, theirs }: StoreVersions, name: string, publicKey: string): boolean {
  const before = ours.domains.get(name)?.publicKey;
  return before !== undefined && before !== publicKey && theirs.domains.get(name)?.publicKey === publicKey;
}

/** One domain of a merge, or `undefined` if it is gone. */
function mergeDomain(name: string, context: MergeContext): Step<MergedDomain | undefined> {
  const domain = domainVersions(name, context.versions);
  const sides = sidesWithDomain(domain, context);
  if (sides.value.length === 0) return step(undefined, sides.conflicts, sides.undone);
  const threeWay = domainContent(domain, context);
  const undecided =
    sides.conflicts.length > 0
      ? sides.conflicts
      : threeWay.conflicts.filter(({ subject }) => subject.kind === "domain");
  const key = decideKey(domain, sides.value, threeWay.value, context);
  const { wholeSide, fresh, publicKey } = key.value;
  const content = wholeSide ? takeWholeDomain(domain, wholeSide, context) : threeWay;
  const secrets = mergeSecrets(domain, content.value, key.value, context);
  const owners = mergeOwners(domain, content.value, key.value, context);
  const steps = [sides, content, key, secrets, owners];
  // Until it is decided whether the domain stays and who owns it, nothing else about it can be.
  const conflicts = undecided.length > 0 ? undecided : steps.flatMap((each) => each.conflicts);
  return step(
    {
      domain: { publicKey, secrets: secrets.value, owners: owners.value },
      proofs: conflicts.length > 0 ? [] : mergeProofs(domain, key.value, owners.value, context),
      ...(fresh ? { newKey: { domain: name, reason: fresh.reason } } : {}),
    },
    conflicts,
    steps.flatMap(({ undone }) => undone),
  );
}
