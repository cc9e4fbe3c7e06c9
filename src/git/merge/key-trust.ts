import type { KnownKeys } from "../../store/trust/key-trust.ts";

/** What decides about a key or an owner that one side alone introduced. */
export type KeyTrust = KnownKeys;

/** Trusts nothing that one side alone introduced. */
export const TRUST_NO_NEW_KEY: KeyTrust = {
  trusts: () => false,
  trustsCustodian: () => false,
  trustsOwner: () => false,
};
