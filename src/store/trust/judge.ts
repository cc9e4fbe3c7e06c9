import type { Domain, StoreData } from "../store-data.ts";
import { custodianFingerprint, domainFingerprint } from "./fingerprint.ts";
import type { Pins } from "./pins.ts";
import {
  type Grantee,
  judgeDomain,
  judgeNewOwner,
  judgeOwner,
  type KeyState,
  type OwnerState,
  type Proofs,
} from "./policy.ts";
import { sharesKeyWith } from "./shared-keys.ts";
import type { TrustList } from "./trust-list.ts";

/** What decides about keys: the pins of this user, a list that the team committed, or nothing. */
export interface KeyJudge {
  domain(store: StoreData, name: string, domain: Domain): KeyState;
  /** Someone whom the acting owner makes an owner by name. */
  newOwner(name: string, domain: Domain, grantee: Grantee): OwnerState;
  /** Someone whom the file names as an owner. */
  owner(name: string, domain: Domain, grantee: Grantee): OwnerState;
}

/** By the keys that this user accepted (`PPROTECT_TRUST=first-use`). */
export function judgeByPins(pins: Pins, proofs: Proofs): KeyJudge {
  return {
    domain: (store, name, domain) => judgeDomain(store, name, domain, pins, proofs),
    newOwner: (name, domain, grantee) => judgeNewOwner(name, domain, grantee, pins, proofs),
    owner: (name, domain, grantee) => judgeOwner(name, domain, grantee, pins, proofs),
  };
}

/** By a committed list alone (`PPROTECT_TRUST=strict`). That a listed custodian owns a domain has to be proven. */
export function judgeByList(list: TrustList, proofs: Proofs): KeyJudge {
  const custodian = ({ name, pwdkm }: Grantee): OwnerState =>
    list.custodians.get(name)?.has(custodianFingerprint(pwdkm)) ? { kind: "known" } : { kind: "unlisted" };
  return {
    domain(store, name, domain) {
      const other = sharesKeyWith(store, name);
      if (other !== undefined) return { kind: "shared", other };
      return { kind: list.domains.get(name)?.has(domainFingerprint(domain)) ? "pinned" : "unlisted" };
    },
    newOwner: (_name, _domain, grantee) => custodian(grantee),
    owner(name, domain, grantee) {
      const state = custodian(grantee);
      if (state.kind !== "known" || proofs.grant(name, domain, grantee.name, grantee.pwdkm)) return state;
      return { kind: "unproven" };
    },
  };
}

/** Believes the file (`PPROTECT_TRUST=off`). */
export const judgeNothing: KeyJudge = {
  domain(store, name) {
    const other = sharesKeyWith(store, name);
    return other === undefined ? { kind: "pinned" } : { kind: "shared", other };
  },
  newOwner: () => ({ kind: "known" }),
  owner: () => ({ kind: "known" }),
};
