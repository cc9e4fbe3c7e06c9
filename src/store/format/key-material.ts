import { decodeBase64, encodeBase64 } from "../../crypto/base64.ts";
import { concatBytes } from "../../crypto/bytes.ts";
import {
  costProblem,
  FAST_COST,
  HARD_COST,
  type KdfCost,
  type KeyDerivation,
  SALT_BYTES,
} from "../../crypto/key-derivation.ts";
import { X25519_KEY_BYTES } from "../../crypto/x25519/x25519.ts";
import { type Decoded, decodedValue } from "./decoded.ts";
import { pointProblem } from "./sealed-value.ts";

/** A custodian's entry in the file: `pwdkm`, password-derived key material (FORMAT.md, "Encodings"). */
export interface KeyMaterial {
  readonly derivation: KeyDerivation;
  /** 8 raw bytes. */
  readonly salt: Uint8Array;
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array;
}

/** The version byte says how the key is derived. */
const DEFAULT_COST = 0;
const STATED_COST = 1;
const RAW = 2;

/** Number of bytes before the salt, by version. */
const HEADER_BYTES = new Map([
  [DEFAULT_COST, 1],
  [STATED_COST, 9],
  [RAW, 1],
]);

/** Encodes key material as base64, as in the file. The default cost is implied by the version, any other is stated. */
export function encodeKeyMaterial({ derivation, salt, publicKey }: KeyMaterial): string {
  return encodeBase64(concatBytes(encodeHeader(derivation), salt, publicKey));
}

/**
 * Decodes a custodian's key material. Allocates none of the memory that it requests.
 * @param pwdkm base64
 */
export function parseKeyMaterial(pwdkm: string): Decoded<KeyMaterial> {
  const bytes = decodeBase64(pwdkm);
  if (!bytes) return { problem: "is not base64" };
  const [version] = bytes;
  if (version === undefined) return { problem: "is empty" };
  const header = HEADER_BYTES.get(version);
  if (header === undefined) return { problem: `has unknown version byte ${version} (known: 0, 1, 2)` };
  const length = header + SALT_BYTES + X25519_KEY_BYTES;
  if (bytes.length !== length) {
    return { problem: `is ${bytes.length} bytes long (version ${version} has ${length})` };
  }
  const derivation = decodeDerivation(version, bytes);
  const publicKey = bytes.subarray(header + SALT_BYTES);
  const problem =
    (derivation.kind === "argon2id" ? costProblem(derivation.cost) : undefined) ?? pointProblem(publicKey);
  if (problem !== undefined) return { problem };
  return { value: { derivation, salt: bytes.subarray(header, header + SALT_BYTES), publicKey } };
}

/** {@link parseKeyMaterial}, for key material that was validated. @throws PprotectError `invalid_store` */
export function decodeKeyMaterial(pwdkm: string): KeyMaterial {
  return decodedValue("key material", parseKeyMaterial(pwdkm));
}

/** Why a custodian's key material is invalid, or `undefined`. */
export function keyMaterialProblem(pwdkm: string): string | undefined {
  return parseKeyMaterial(pwdkm).problem;
}

/** The key type's name on the command line: `hard`, `fast` or `raw`; otherwise the cost in words. */
export function keyTypeOf({ derivation }: KeyMaterial): string {
  if (derivation.kind === "raw") return "raw";
  const { cost } = derivation;
  if (isSameCost(cost, HARD_COST)) return "hard";
  if (isSameCost(cost, FAST_COST)) return "fast";
  return `${cost.opslimit} passes over ${cost.memlimit / 1024} KiB`;
}

function encodeHeader(derivation: KeyDerivation): Uint8Array {
  if (derivation.kind === "raw") return new Uint8Array([RAW]);
  if (isSameCost(derivation.cost, HARD_COST)) return new Uint8Array([DEFAULT_COST]);
  const header = new DataView(new ArrayBuffer(9));
  header.setUint8(0, STATED_COST);
  header.setUint32(1, derivation.cost.opslimit, true);
  header.setUint32(5, derivation.cost.memlimit, true);
  return new Uint8Array(header.buffer);
}

function decodeDerivation(version: number, bytes: Uint8Array): KeyDerivation {
  if (version === RAW) return { kind: "raw" };
  if (version === DEFAULT_COST) return { kind: "argon2id", cost: HARD_COST };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { kind: "argon2id", cost: { opslimit: view.getUint32(1, true), memlimit: view.getUint32(5, true) } };
}

function isSameCost(a: KdfCost, b: KdfCost): boolean {
  return a.opslimit === b.opslimit && a.memlimit === b.memlimit;
}
