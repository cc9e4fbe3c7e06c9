import type { StoreData } from "../store-data.ts";
import { domainFingerprint, type Fingerprint } from "./fingerprint.ts";
import type { Proofs } from "./policy.ts";
import {
  grantSignatures,
  isValidGrant,
  isValidRotation,
  type SignedRotation,
  signedRotations,
} from "./proof.ts";

/** Signatures that are verified for one answer: anyone can write entries, and each takes a millisecond or two. */
const MAX_VERIFIED = 256;
const MAX_SIGNATURES_OF_GRANT = 8;

/** The proofs in a store's audit log. */
export function proofsIn({ auditLog }: Pick<StoreData, "auditLog">): Proofs {
  return {
    rotation: (domain, from, { publicKey }) => provenRotation(auditLog, domain, from, publicKey),
    grant: (domain, { publicKey }, owner, pwdkm) => provenGrant(auditLog, domain, publicKey, owner, pwdkm),
  };
}

/**
 * Follows signed rotations from an accepted key to another one.
 *
 * Anyone who has a domain's key can sign a successor, someone who was removed since too. Where one key has several
 * successors, all of them must lead to the wanted key: of two ends that each could be right, neither is. A merge may sign
 * either side's key by the other's, so a way may lead back to a key that it came from; that is not an end.
 *
 * @param from the accepted key's fingerprint; what was signed by keys before it counts for nothing
 * @param to the wanted public key, as the file writes it
 * @returns the keys in between, or `undefined` where no chain proves it
 */
export function provenRotation(
  log: readonly string[],
  domain: string,
  from: Fingerprint,
  to: string,
): readonly Fingerprint[] | undefined {
  const rotations = signedRotations(log, domain);
  const start = rotations.find((rotation) => domainFingerprint({ publicKey: rotation.from }) === from);
  if (!start) return undefined;
  const path = new Walk(domain, rotations, to).pathFrom(start.from);
  return path?.slice(1).map((publicKey) => domainFingerprint({ publicKey }));
}

/** A walk along signed rotations, which verifies each signature once. */
class Walk {
  readonly #domain: string;
  readonly #to: string;
  readonly #rotations = new Map<string, SignedRotation[]>();
  readonly #successors = new Map<string, readonly string[]>();
  #verified = 0;

  constructor(domain: string, rotations: readonly SignedRotation[], to: string) {
    this.#domain = domain;
    this.#to = to;
    for (const rotation of rotations) {
      const same = this.#rotations.get(rotation.from);
      if (same) same.push(rotation);
      else this.#rotations.set(rotation.from, [rotation]);
    }
  }

  /** The keys from one on, itself first and the wanted one left out, if every way from it leads to the wanted one. */
  pathFrom(key: string): readonly string[] | undefined {
    const reached = this.#reachedFrom(key);
    const next = this.#nextToWanted(reached);
    // A key that none of whose successors leads to the wanted one is another end.
    if ([...reached].some((each) => !next.has(each))) return undefined;
    const path: string[] = [];
    for (let at = key; at !== this.#to; at = next.get(at) ?? this.#to) path.push(at);
    return path;
  }

  /** Every key that a way from one leads to, before the wanted one. */
  #reachedFrom(key: string): Set<string> {
    const reached = new Set([key]);
    // A set is read in the order of adding, with what is added meanwhile.
    for (const each of reached) {
      for (const next of this.#successorsOf(each)) if (next !== this.#to) reached.add(next);
    }
    return reached;
  }

  /** By each of these keys that leads to the wanted one: the next key on the shortest way there. */
  #nextToWanted(reached: ReadonlySet<string>): Map<string, string> {
    const before = new Map<string, string[]>();
    for (const key of reached) {
      for (const next of this.#successorsOf(key)) before.set(next, [...(before.get(next) ?? []), key]);
    }
    const next = new Map<string, string>();
    const found = new Set([this.#to]);
    for (const key of found) {
      for (const each of before.get(key) ?? []) {
        if (next.has(each)) continue;
        next.set(each, key);
        found.add(each);
      }
    }
    return next;
  }

  /** The keys that a key signed. More than may be verified are none at all: the one left out may be a second successor. */
  #successorsOf(key: string): readonly string[] {
    const known = this.#successors.get(key);
    if (known) return known;
    const signed = this.#verifiedSuccessors(key);
    this.#successors.set(key, signed);
    return signed;
  }

  #verifiedSuccessors(key: string): string[] {
    const signed = new Set<string>();
    for (const rotation of this.#rotations.get(key) ?? []) {
      if (signed.has(rotation.to)) continue;
      if (++this.#verified > MAX_VERIFIED) return [];
      if (isValidRotation(this.#domain, rotation)) signed.add(rotation.to);
    }
    return [...signed];
  }
}

/**
 * Whether a log proves that someone with a domain's private key made a custodian, with this key, its owner. It does not
 * prove that the custodian still is one.
 *
 * @param key the domain's public key, as the file writes it
 * @param pwdkm the custodian's key material, base64
 */
export function provenGrant(
  log: readonly string[],
  domain: string,
  key: string,
  owner: string,
  pwdkm: string,
): boolean {
  return grantSignatures(log, domain, key, owner, pwdkm)
    .slice(-MAX_SIGNATURES_OF_GRANT)
    .some((signature) => isValidGrant(domain, key, owner, pwdkm, signature));
}

/** A key with several signed successors that do not come together again. */
export interface ForkedKey {
  readonly domain: string;
  /** The key that signed them, as the file writes it. */
  readonly from: string;
  readonly successors: readonly string[];
}

/** Keys of a domain that signed more than one successor, where not all of them lead to its present key. */
export function forkedKeys({ auditLog, domains }: StoreData): ForkedKey[] {
  const found: ForkedKey[] = [];
  for (const [domain, { publicKey }] of domains) {
    const rotations = signedRotations(auditLog, domain).slice(-MAX_VERIFIED);
    if (rotations.length < 2) continue;
    const byKey = new Map<string, Set<string>>();
    for (const { from, to } of rotations) byKey.set(from, (byKey.get(from) ?? new Set()).add(to));
    const walk = new Walk(domain, rotations, publicKey);
    for (const [from, all] of byKey) {
      if (all.size < 2) continue;
      const valid = new Set(
        rotations.filter((each) => each.from === from && isValidRotation(domain, each)).map(({ to }) => to),
      );
      if (valid.size > 1 && !walk.pathFrom(from)) found.push({ domain, from, successors: [...valid] });
    }
  }
  return found;
}
