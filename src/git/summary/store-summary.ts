import { compareCodePoints, sortedByKey } from "../../common/code-points.ts";
import { type AccessHistory, boxId } from "../../store/access/access-history.ts";
import { NOTHING_OPENED, sameValues } from "../../store/access/same-values.ts";
import { whoHasKeys } from "../../store/access/who-knows.ts";
import { diffStores } from "../../store/diff/store-diff.ts";
import {
  type StagedRotation,
  type StrayStage,
  stagedRotations,
  strayStages,
} from "../../store/rotation/states.ts";
import { type Domain, EMPTY_STORE, type StoreData, unionOfKeys } from "../../store/store-data.ts";
import { domainFingerprint } from "../../store/trust/fingerprint.ts";
import { isProof } from "../../store/trust/proof.ts";
import { proofsIn } from "../../store/trust/verify.ts";

/** What becomes of a secret. `resealed`: the same value under a new key, as far as the audit log says. */
export interface SecretChange {
  readonly domain: string;
  readonly secret: string;
  readonly change: "added" | "changed" | "removed" | "resealed";
}

/** What becomes of a domain's key. */
export interface DomainChange {
  readonly domain: string;
  readonly change: "added" | "removed" | "rotated";
  /** Whether the key before signed the new one; nothing where there was none. */
  readonly proven: boolean | undefined;
}

/** What becomes of an owner. */
export interface OwnerChange {
  readonly domain: string;
  readonly owner: string;
  /** `between`: neither before nor after, but a commit in between made them one. */
  readonly change: "added" | "removed" | "between";
  /** Whether an owner signed for a new one; nothing for others. */
  readonly proven: boolean | undefined;
  /** For a former owner: whether the domain has another key than the one they were given. */
  readonly keyReplaced: boolean | undefined;
}

export interface CustodianChange {
  readonly custodian: string;
  readonly change: "added" | "removed" | "new_key";
}

/** A secret that was added or removed here, which some domains with the same secrets have and others do not. */
export interface Drift {
  readonly secret: string;
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

/** What happens to a store, by meaning. Holds no values; lists are sorted. */
export interface StoreSummary {
  readonly secrets: readonly SecretChange[];
  readonly domains: readonly DomainChange[];
  readonly owners: readonly OwnerChange[];
  readonly custodians: readonly CustodianChange[];
  readonly drift: readonly Drift[];
  /** Rotations that are half done after it. */
  readonly rotations: readonly StagedRotation[];
  /** What rotations left of secrets that are removed after it. */
  readonly strays: readonly StrayStage[];
  /** Whether entries of the audit log were lost. */
  readonly logRewritten: boolean;
}

/**
 * Compares two versions of a store.
 * @param history of all versions from the first to the second
 */
export function summarizeStore(
  before: StoreData | undefined,
  after: StoreData | undefined,
  history: AccessHistory,
): StoreSummary {
  const [old, now] = [before ?? EMPTY_STORE, after ?? EMPTY_STORE];
  const secrets = secretChanges(old, now, history);
  const changes = diffStores(before, after);
  return {
    secrets,
    domains: domainChanges(old, now),
    owners: ownerChanges(old, now, history),
    custodians: changes.flatMap((each): CustodianChange[] => {
      switch (each.kind) {
        case "custodian-added":
          return [{ custodian: each.custodian, change: "added" }];
        case "custodian-removed":
          return [{ custodian: each.custodian, change: "removed" }];
        case "custodian-key-changed":
          return [{ custodian: each.custodian, change: "new_key" }];
        default:
          return [];
      }
    }),
    drift: driftOf(now, secrets),
    rotations: stagedRotations(now),
    strays: strayStages(now),
    logRewritten: after !== undefined && changes.some(({ kind }) => kind === "audit-log-rewritten"),
  };
}

function secretChanges(old: StoreData, now: StoreData, history: AccessHistory): SecretChange[] {
  const like = sameValues(history, NOTHING_OPENED);
  return domainNames(old, now).flatMap((domain) => {
    const [from, to] = [secretsOf(old, domain), secretsOf(now, domain)];
    return unionOfKeys(from, to)
      .sort(compareCodePoints)
      .flatMap((secret): SecretChange[] => {
        const [was, is] = [from.get(secret), to.get(secret)];
        if (was === is) return [];
        if (was === undefined) return [{ domain, secret, change: "added" }];
        if (is === undefined) return [{ domain, secret, change: "removed" }];
        const isSame = like(boxId(is)).some(({ id }) => id === boxId(was));
        return [{ domain, secret, change: isSame ? "resealed" : "changed" }];
      });
  });
}

function domainChanges(old: StoreData, now: StoreData): DomainChange[] {
  const proofs = proofsIn(now);
  return domainNames(old, now).flatMap((domain): DomainChange[] => {
    const [was, is] = [old.domains.get(domain), now.domains.get(domain)];
    if (!is) return [{ domain, change: "removed", proven: undefined }];
    if (!was) return [{ domain, change: "added", proven: undefined }];
    if (was.publicKey === is.publicKey) return [];
    const proven = proofs.rotation(domain, domainFingerprint(was), is) !== undefined;
    return [{ domain, change: "rotated", proven }];
  });
}

function ownerChanges(old: StoreData, now: StoreData, history: AccessHistory): OwnerChange[] {
  const former = new Map(
    whoHasKeys(history, now).map(({ domain, formerOwners }) => [
      domain,
      new Set(formerOwners.map(({ custodian }) => custodian)),
    ]),
  );
  const proofs = proofsIn(now);
  const hasProofs = now.auditLog.some(isProof);
  return [...sortedByKey(now.domains)].flatMap(([name, domain]) => {
    const was: ReadonlyMap<string, string> = old.domains.get(name)?.owners ?? new Map();
    const added = [...domain.owners.keys()].filter((owner) => !was.has(owner));
    const removed = [...was.keys()].filter((owner) => !domain.owners.has(owner));
    const between = [...(former.get(name) ?? [])].filter((owner) => !was.has(owner));
    const keyReplaced = (owner: string): boolean => !former.get(name)?.has(owner);
    return [
      ...added.map(
        (owner): OwnerChange => ({
          ...{ domain: name, owner, change: "added", keyReplaced: undefined },
          proven: hasProofs ? isProven(now, name, domain, owner, proofs) : undefined,
        }),
      ),
      ...removed.map(
        (owner): OwnerChange => ({
          ...{ domain: name, owner, change: "removed", proven: undefined },
          keyReplaced: keyReplaced(owner),
        }),
      ),
      ...between.map(
        (owner): OwnerChange => ({
          ...{ domain: name, owner, change: "between", proven: undefined, keyReplaced: false },
        }),
      ),
    ].toSorted((a, b) => compareCodePoints(a.owner, b.owner));
  });
}

function isProven(
  { custodians }: StoreData,
  name: string,
  domain: Domain,
  owner: string,
  proofs: ReturnType<typeof proofsIn>,
): boolean {
  const pwdkm = custodians.get(owner);
  return pwdkm !== undefined && proofs.grant(name, domain, owner, pwdkm);
}

/** Only names that this change adds or removes, and only domains that have some other name in common. */
function driftOf(now: StoreData, changes: readonly SecretChange[]): Drift[] {
  const touched = new Set(
    changes.filter(({ change }) => change === "added" || change === "removed").map(({ secret }) => secret),
  );
  const all = [...sortedByKey(now.domains)];
  return [...touched].sort(compareCodePoints).flatMap((secret): Drift[] => {
    const has = all.filter(([, { secrets }]) => secrets.has(secret));
    if (has.length === all.length) return [];
    const others = new Set(has.flatMap(([, { secrets }]) => [...secrets.keys()]));
    others.delete(secret);
    const lacks = all.filter(([, { secrets }]) => !secrets.has(secret) && hasAny(secrets, others));
    if (lacks.length === 0) return [];
    return [{ secret, has: has.map(([name]) => name), lacks: lacks.map(([name]) => name) }];
  });
}

function hasAny(secrets: ReadonlyMap<string, string>, names: ReadonlySet<string>): boolean {
  for (const name of secrets.keys()) if (names.has(name)) return true;
  return false;
}

function domainNames(old: StoreData, now: StoreData): string[] {
  return unionOfKeys(old.domains, now.domains).sort(compareCodePoints);
}

function secretsOf({ domains }: StoreData, name: string): ReadonlyMap<string, string> {
  return domains.get(name)?.secrets ?? new Map();
}
