/**
 * pprotect as a library: secrets for applications, and the store's file. docs/library.md is its reference.
 *
 * @example
 * ```ts
 * import { resolveSecret } from "pprotect";
 *
 * using secret = await resolveSecret("prod/db-password");
 * const client = connect({ password: secret.text() });
 * ```
 */
export { type ErrorCode, PprotectError } from "./common/errors.ts";
export type { KdfCost, KeyDerivation } from "./crypto/key-derivation.ts";
export { Creds, type CredsFromEnvOptions } from "./library/creds.ts";
export { KeyringUnavailableError, SecretDecryptionError, SecretNotFoundError } from "./library/errors.ts";
export { KeyFile, type Owner, type WriteOptions } from "./library/key-file.ts";
export type { Environment, OnWarning } from "./library/options.ts";
export { type ReferenceOptions, resolveReferences } from "./library/references.ts";
export { type ResolveOptions, resolveSecret } from "./library/resolve.ts";
export { Secret, type SecretInfo, type SecretSource } from "./library/secret.ts";
export { openStore, type Store, type StoreOptions } from "./library/store.ts";
export type { KeyType, UnlockedCustodian } from "./store/custodian.ts";
export {
  InvalidStoreError,
  type Problem,
  type ProblemCode,
  UnresolvedMergeError,
} from "./store/format/problem.ts";
export type { Domain, StoreData } from "./store/store-data.ts";
