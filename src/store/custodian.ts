import { PprotectError } from "../common/errors.ts";
import { equalBytes, randomBytes } from "../crypto/bytes.ts";
import {
  deriveCustodianKey,
  FAST_COST,
  HARD_COST,
  type KeyDerivation,
  SALT_BYTES,
} from "../crypto/key-derivation.ts";
import { isRawPassphrase } from "../crypto/raw-passphrase.ts";
import type { PrivateKey } from "../crypto/x25519/private-key.ts";
import type { Creds } from "./credentials.ts";
import { decodeKeyMaterial, encodeKeyMaterial } from "./format/key-material.ts";

/** How hard a passphrase is to guess at: the full cost, a tenth of it, or none for a generated raw key. */
export type KeyType = "hard" | "fast" | "raw";

export const KEY_TYPES: readonly KeyType[] = ["hard", "fast", "raw"];

const DERIVATIONS: Readonly<Record<KeyType, KeyDerivation>> = {
  hard: { kind: "argon2id", cost: HARD_COST },
  fast: { kind: "argon2id", cost: FAST_COST },
  raw: { kind: "raw" },
};

/** A key custodian whose passphrase has been verified: one key derivation, good for a whole command. */
export interface UnlockedCustodian {
  readonly name: string;
  readonly privateKey: PrivateKey;
}

/**
 * New key material for a custodian, with a fresh salt.
 *
 * @param derivation a key type, or a cost of its own (tests and imports)
 * @returns the `pwdkm` for the file, base64, and the custodian unlocked
 * @throws PprotectError `invalid_passphrase` when it is empty, or no raw key where one is asked for
 */
export function createCustodian(
  { name, passphrase }: Creds,
  derivation: KeyType | KeyDerivation,
): { pwdkm: string; unlocked: UnlockedCustodian } {
  const how = typeof derivation === "string" ? DERIVATIONS[derivation] : derivation;
  if (passphrase === "") throw new PprotectError("invalid_passphrase", "the new passphrase is empty");
  if (how.kind === "raw" && !isRawPassphrase(passphrase)) {
    throw new PprotectError(
      "invalid_passphrase",
      "a raw key's passphrase has the form P<64 hex digits>P",
      "leave the passphrase out: pprotect generates one",
    );
  }
  const salt = randomBytes(SALT_BYTES);
  const privateKey = deriveCustodianKey(name, passphrase, salt, how);
  const pwdkm = encodeKeyMaterial({ derivation: how, salt, publicKey: privateKey.publicKey });
  return { pwdkm, unlocked: { name, privateKey } };
}

/**
 * Derives a custodian's private key and holds it against the public key in the file.
 *
 * @param pwdkm the custodian's key material, base64
 * @returns `undefined` when the passphrase is wrong
 */
export function unlockCustodian({ name, passphrase }: Creds, pwdkm: string): UnlockedCustodian | undefined {
  const { derivation, salt, publicKey } = decodeKeyMaterial(pwdkm);
  const privateKey = deriveCustodianKey(name, passphrase, salt, derivation);
  return equalBytes(privateKey.publicKey, publicKey) ? { name, privateKey } : undefined;
}
