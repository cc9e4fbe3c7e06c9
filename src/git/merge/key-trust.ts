/**
 * Which public keys are known to be genuine, from outside of the versions that are merged: keys that this user has seen
 * before, or that are proven by signatures. A merge trusts the keys of the common ancestor and those that both sides
 * have; this decides about a key that one side alone introduced.
 */
export interface KeyTrust {
  /** @param publicKey the domain's public key, base64 as in the file */
  trusts(domain: string, publicKey: string): boolean;
  /** @param pwdkm the custodian's key material, base64 as in the file */
  trustsCustodian(custodian: string, pwdkm: string): boolean;
}

/** Trusts no key that one side alone introduced. */
export const TRUST_NO_NEW_KEY: KeyTrust = { trusts: () => false, trustsCustodian: () => false };
