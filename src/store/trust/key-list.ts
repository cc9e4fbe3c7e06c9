import { sortedByKey } from "../../common/code-points.ts";
import type { StoreData } from "../store-data.ts";
import { custodianFingerprint, domainFingerprint, type Fingerprint } from "./fingerprint.ts";
import type { Pins } from "./pins.ts";
import { judgeDomain, type KeyState, type Proofs } from "./policy.ts";

/** A key of a store beside the one that was accepted. */
export interface ListedKey {
  readonly kind: "domain" | "custodian";
  readonly name: string;
  /** The key in the store, or nothing where the name is gone. */
  readonly key: Fingerprint | undefined;
  readonly accepted: Fingerprint | undefined;
  readonly state: ListedState;
}

/** `gone`: accepted, and no longer in the store. The rest as in {@link KeyState}. */
export type ListedState = KeyState["kind"] | "gone";

/** Every key of a store and every accepted one, domains first, by name. */
export function listKeys(store: StoreData, pins: Pins, proofs: Proofs): ListedKey[] {
  const domains = [...sortedByKey(store.domains)].map(([name, domain]): ListedKey => {
    const { kind: state } = judgeDomain(store, name, domain, pins, proofs);
    return {
      kind: "domain",
      name,
      key: domainFingerprint(domain),
      accepted: pins.domains.get(name)?.key,
      state,
    };
  });
  const goneDomains = [...sortedByKey(pins.domains)]
    .filter(([name, { key }]) => key !== undefined && !store.domains.has(name))
    .map(([name, { key }]) => gone("domain", name, key));
  const custodians = [...sortedByKey(store.custodians)].map(([name, pwdkm]): ListedKey => {
    const key = custodianFingerprint(pwdkm);
    const accepted = pins.custodians.get(name);
    const state = accepted === undefined ? "first-use" : accepted === key ? "pinned" : "unproven";
    return { kind: "custodian", name, key, accepted, state };
  });
  const goneCustodians = [...sortedByKey(pins.custodians)]
    .filter(([name]) => !store.custodians.has(name))
    .map(([name, key]) => gone("custodian", name, key));
  return [...domains, ...goneDomains, ...custodians, ...goneCustodians];
}

function gone(kind: ListedKey["kind"], name: string, accepted: Fingerprint | undefined): ListedKey {
  return { kind, name, key: undefined, accepted, state: "gone" };
}

/** Whether a key is accepted, or would be at its next use without a question. */
export function isAccepted({ state }: ListedKey): boolean {
  return state === "pinned" || state === "proven" || state === "first-use";
}
