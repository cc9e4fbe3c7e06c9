import { decodeBase64, encodeBase64 } from "../../crypto/base64.ts";
import { concatBytes } from "../../crypto/bytes.ts";
import {
  costProblem,
  HARD_COST,
  type KdfCost,
  type KeyDerivation,
  SALT_BYTES,
} from "../../crypto/key-derivation.ts";
import { X25519_KEY_BYTES } from "../../crypto/x25519/x25519.ts";
import { pointProblem } from "./sealed-value.ts";

/** What the file holds of a key custodian: `pwdkm`, password-derived key material (FORMAT.md, "Encodings"). */
export interface KeyMaterial {
  readonly derivation: KeyDerivation;
  /** 8 raw bytes. */
  readonly salt: Uint8Array;
  /** 32 raw bytes. */
  readonly publicKey: Uint8Array;
}

/** The first byte says how the key is derived. */
const DEFAULT_COST = 0;
const STATED_COST = 1;
const RAW = 2;

/** Bytes before the salt, by version. */
const HEADER_BYTES = new Map([
  [DEFAULT_COST, 1],
  [STATED_COST, 9],
  [RAW, 1],
]);

/** As the file writes it: base64. The default cost is left out, any other is stated. */
export function encodeKeyMaterial({ derivation, salt, publicKey }: KeyMaterial): string {
  return encodeBase64(concatBytes(encodeHeader(derivation), salt, publicKey));
}

/** Reads key material that {@link keyMaterialProblem} found nothing wrong with. */
export function decodeKeyMaterial(pwdkm: string): KeyMaterial {
  const bytes = decodeBase64(pwdkm) ?? new Uint8Array();
  const header = HEADER_BYTES.get(bytes[0] ?? -1) ?? 0;
  return {
    derivation: decodeDerivation(bytes),
    salt: bytes.subarray(header, header + SALT_BYTES),
    publicKey: bytes.subarray(header + SALT_BYTES),
  };
}

/** Says what is wrong with a custodian's key material, or nothing. Nothing that it asks for is allocated. */
export function keyMaterialProblem(pwdkm: string): string | undefined {
  const bytes = decodeBase64(pwdkm);
  if (!bytes) return "is not base64";
  if (bytes.length === 0) return "is empty";
  const header = HEADER_BYTES.get(bytes[0] ?? -1);
  if (header === undefined) return `has the unknown version byte ${bytes[0]}; 0, 1 and 2 exist`;
  const length = header + SALT_BYTES + X25519_KEY_BYTES;
  if (bytes.length !== length) return `is ${bytes.length} bytes; version ${bytes[0]} has ${length}`;
  const derivation = decodeDerivation(bytes);
  return (
    (derivation.kind === "argon2id" ? costProblem(derivation.cost) : undefined) ??
    pointProblem(bytes.subarray(header + SALT_BYTES))
  );
}

/** The key type as the command line names it: `hard`, `fast`, `raw`, or the cost itself where it is neither. */
export function keyTypeOf({ derivation }: KeyMaterial): string {
  if (derivation.kind === "raw") return "raw";
  const { opslimit, memlimit } = derivation.cost;
  if (isDefault(derivation.cost)) return "hard";
  return opslimit === 2 && memlimit === 64 * 1024 * 1024
    ? "fast"
    : `${opslimit} passes over ${memlimit / 1024} KiB`;
}

function encodeHeader(derivation: KeyDerivation): Uint8Array {
  if (derivation.kind === "raw") return new Uint8Array([RAW]);
  if (isDefault(derivation.cost)) return new Uint8Array([DEFAULT_COST]);
  const header = new DataView(new ArrayBuffer(9));
  header.setUint8(0, STATED_COST);
  header.setUint32(1, derivation.cost.opslimit, true);
  header.setUint32(5, derivation.cost.memlimit, true);
  return new Uint8Array(header.buffer);
}

function decodeDerivation(bytes: Uint8Array): KeyDerivation {
  if (bytes[0] === RAW) return { kind: "raw" };
  if (bytes[0] === DEFAULT_COST) return { kind: "argon2id", cost: HARD_COST };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { kind: "argon2id", cost: { opslimit: view.getUint32(1, true), memlimit: view.getUint32(5, true) } };
}

function isDefault(cost: KdfCost): boolean {
  return cost.opslimit === HARD_COST.opslimit && cost.memlimit === HARD_COST.memlimit;
}
