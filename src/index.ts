/**
 * pprotect as a library: the store in memory, credentials, and errors.
 *
 * @example
 * ```ts
 * const bytes = await Bun.file("protected.yaml").bytes();
 * const keyFile = KeyFile.parse(bytes, "protected.yaml");
 * const owner = keyFile.unlock({ name: "alice@example.com", passphrase });
 * if (owner) console.log(keyFile.decryptDomain("prod", owner).get("db-password"));
 * await Bun.write("protected.yaml", keyFile.addSecret("prod", "api-key", value).toString());
 * ```
 */
export { type ErrorCode, PprotectError } from "./common/errors.ts";
export type { KdfCost, KeyDerivation } from "./crypto/key-derivation.ts";
export type { Creds } from "./store/credentials.ts";
export type { KeyType, UnlockedCustodian } from "./store/custodian.ts";
export {
  InvalidStoreError,
  type Problem,
  type ProblemCode,
  UnresolvedMergeError,
} from "./store/format/problem.ts";
export { KeyFile } from "./store/key-file.ts";
export type { Domain, StoreData } from "./store/store-data.ts";
