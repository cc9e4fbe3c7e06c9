import { encodeUtf8 } from "../common/utf8.ts";
import { argon2id } from "./argon2id/argon2id.ts";
import { concatBytes, expectLength, takeBytes, wipe } from "./bytes.ts";
import { sha512 } from "./sha512.ts";
import { importPrivateKey, type PrivateKey } from "./x25519/private-key.ts";
import { X25519_KEY_BYTES } from "./x25519/x25519.ts";

/** Cost of Argon2id, in libsodium's terms. */
export interface KdfCost {
  /** Passes over the memory. */
  readonly opslimit: number;
  /** Bytes of memory. */
  readonly memlimit: number;
}

/** How a custodian's private key is derived from the passphrase: by Argon2id at a cost, or from its hash only ("raw"). */
export type KeyDerivation = { readonly kind: "argon2id"; readonly cost: KdfCost } | { readonly kind: "raw" };

/** libsodium's OPSLIMIT_SENSITIVE and MEMLIMIT_MODERATE: about half a second. */
export const HARD_COST: KdfCost = { opslimit: 4, memlimit: 256 * 1024 * 1024 };
/** libsodium's OPSLIMIT_INTERACTIVE and MEMLIMIT_INTERACTIVE: about a tenth of it. */
export const FAST_COST: KdfCost = { opslimit: 2, memlimit: 64 * 1024 * 1024 };

/** The most memory that a file may request, in bytes: libsodium's MEMLIMIT_SENSITIVE. */
export const MAX_MEMLIMIT = 1024 * 1024 * 1024;
/** The least memory that Argon2id accepts, in bytes: 8 KiB per lane (RFC 9106 §3.1). */
export const MIN_MEMLIMIT = 8 * 1024;
/** The most work that a file may request, in passes × bytes: twice libsodium's SENSITIVE, about ten seconds. */
export const MAX_KDF_WORK = 8 * MAX_MEMLIMIT;

/** Length of a custodian's salt in bytes (FORMAT.md, "Encodings"). */
export const SALT_BYTES = 8;

/**
 * Why a cost is out of bounds, for a message; `undefined` when it is within them. Allocates nothing.
 * @returns a phrase that follows a subject, such as `requests 0 passes (at least 1)`
 */
export function costProblem({ opslimit, memlimit }: KdfCost): string | undefined {
  if (!Number.isSafeInteger(opslimit) || opslimit < 1) return `requests ${opslimit} passes (at least 1)`;
  if (!Number.isSafeInteger(memlimit) || memlimit < MIN_MEMLIMIT) {
    return `requests ${memlimit} bytes of memory (at least ${MIN_MEMLIMIT})`;
  }
  if (memlimit > MAX_MEMLIMIT) return `requests ${memlimit} bytes of memory (at most ${MAX_MEMLIMIT})`;
  if (opslimit * memlimit > MAX_KDF_WORK) {
    return `requests ${opslimit} passes over ${memlimit} bytes (at most ${Math.floor(MAX_KDF_WORK / memlimit)})`;
  }
  return undefined;
}

/**
 * Derives a custodian's private key from the passphrase (FORMAT.md, "Keys from passphrases").
 *
 * @param name the custodian's name
 * @param passphrase as typed; for a raw key `P<64 hex digits>P`
 * @param salt 8 raw bytes
 * @param derivation with a cost that {@link costProblem} accepts
 * @throws RangeError when the salt has another length
 */
export function deriveCustodianKey(
  name: string,
  passphrase: string,
  salt: Uint8Array,
  derivation: KeyDerivation,
): PrivateKey {
  expectLength(salt, SALT_BYTES, "salt");
  const nameBytes = encodeUtf8(name);
  const passphraseBytes = encodeUtf8(passphrase);
  const input = concatBytes(passphraseBytes, salt, nameBytes);
  const valet = sha512(input);
  wipe(passphraseBytes, input);
  try {
    const keyBytes =
      derivation.kind === "raw"
        ? takeBytes(valet, 0, X25519_KEY_BYTES)
        : argon2id({
            password: valet,
            salt: sha512(concatBytes(salt, nameBytes)).subarray(0, 16),
            passes: derivation.cost.opslimit,
            memoryKib: Math.floor(derivation.cost.memlimit / 1024),
            length: X25519_KEY_BYTES,
          });
    const key = importPrivateKey(keyBytes);
    wipe(keyBytes);
    return key;
  } finally {
    wipe(valet);
  }
}
