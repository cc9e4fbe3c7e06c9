import { PprotectError } from "../common/errors.ts";
import { equalBytes, randomBytes } from "../crypto/bytes.ts";
import {
  costProblem,
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

/** How expensive it is to guess a passphrase: full cost, a tenth of it, or none (for generated raw keys). */
export type KeyType = "hard" | "fast" | "raw";

export const KEY_TYPES: readonly KeyType[] = ["hard", "fast", "raw"];

const DERIVATIONS: Readonly<Record<KeyType, KeyDerivation>> = {
  hard: { kind: "argon2id", cost: HARD_COST },
  fast: { kind: "argon2id", cost: FAST_COST },
  raw: { kind: "raw" },
};

/** The key type that some key material has; `other` is a cost that pprotect itself does not choose. @param pwdkm base64 */
export function keyTypeOf(pwdkm: string): KeyType | "other" {
  const { derivation } = decodeKeyMaterial(pwdkm);
  return KEY_TYPES.find((type) => sameDerivation(DERIVATIONS[type], derivation)) ?? "other";
}

function sameDerivation(one: KeyDerivation, other: KeyDerivation): boolean {
  if (one.kind === "raw" || other.kind === "raw") return one.kind === other.kind;
  return one.cost.opslimit === other.cost.opslimit && one.cost.memlimit === other.cost.memlimit;
}

/** A key custodian whose passphrase was verified, with the private key derived from it. */
export interface UnlockedCustodian {
  readonly name: string;
  readonly privateKey: PrivateKey;
}

/**
 * Creates key material for a custodian, with a new salt.
 *
 * @param derivation a key type, or another cost
 * @returns the `pwdkm` for the file (base64), and the unlocked custodian
 * @throws PprotectError `invalid_passphrase` when the passphrase is empty, not Unicode text, or not of the form that a
 *   raw key has; `usage` when the cost is out of bounds
 */
export function createCustodian(
  { name, passphrase }: Creds,
  derivation: KeyType | KeyDerivation,
): { pwdkm: string; unlocked: UnlockedCustodian } {
  const how = typeof derivation === "string" ? DERIVATIONS[derivation] : derivation;
  if (passphrase === "") throw new PprotectError("invalid_passphrase", "the new passphrase is empty");
  if (!passphrase.isWellFormed()) {
    throw new PprotectError("invalid_passphrase", "the new passphrase is not valid Unicode text");
  }
  const problem = how.kind === "argon2id" ? costProblem(how.cost) : undefined;
  if (problem !== undefined) throw new PprotectError("usage", `the key derivation ${problem}`);
  if (how.kind === "raw" && !isRawPassphrase(passphrase)) {
    throw new PprotectError(
      "invalid_passphrase",
      "a raw key's passphrase has the form P<64 hex digits>P",
      "omit the passphrase, and pprotect generates one",
    );
  }
  const salt = randomBytes(SALT_BYTES);
  const privateKey = deriveCustodianKey(name, passphrase, salt, how);
  const pwdkm = encodeKeyMaterial({ derivation: how, salt, publicKey: privateKey.publicKey });
  return { pwdkm, unlocked: { name, privateKey } };
}

/**
 * Derives a custodian's private key and compares its public key with the one in the file.
 *
 * @param pwdkm the custodian's key material, base64
 * @returns `undefined` when the passphrase is wrong
 */
export function unlockCustodian({ name, passphrase }: Creds, pwdkm: string): UnlockedCustodian | undefined {
  const { derivation, salt, publicKey } = decodeKeyMaterial(pwdkm);
  const privateKey = deriveCustodianKey(name, passphrase, salt, derivation);
  return equalBytes(privateKey.publicKey, publicKey) ? { name, privateKey } : undefined;
}

/** Whether an unlocked custodian has the private key of some key material. @param pwdkm base64 */
export function holdsKeyOf({ privateKey }: UnlockedCustodian, pwdkm: string): boolean {
  return equalBytes(privateKey.publicKey, decodeKeyMaterial(pwdkm).publicKey);
}
