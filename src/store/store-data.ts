import { compareCodePoints } from "../common/code-points.ts";

/**
 * The content of a store. Sealed values and key material stay base64 text, so that an unchanged entry is written back
 * exactly as it was. Immutable.
 */
export interface StoreData {
  /** By domain name. */
  readonly domains: ReadonlyMap<string, Domain>;
  /** Each key custodian's `pwdkm` (FORMAT.md, "Encodings"), base64, by the custodian's name. */
  readonly custodians: ReadonlyMap<string, string>;
  /** Oldest first. */
  readonly auditLog: readonly string[];
}

/** A domain: its key pair, who has it, and the secrets that are sealed to it. */
export interface Domain {
  /** Base64 of `0x00 ‖ X25519 public key`. */
  readonly publicKey: string;
  /** The domain's private key sealed to each owner, base64, by the owner's name. */
  readonly owners: ReadonlyMap<string, string>;
  /** Sealed values, base64, by the secret's name without {@link SECRET_PREFIX}. */
  readonly secrets: ReadonlyMap<string, string>;
}

export const EMPTY_STORE: StoreData = { domains: new Map(), custodians: new Map(), auditLog: [] };

/** The fixed keys of the file, and the prefix of a secret's key. */
export const CUSTODIANS_KEY = "key-custodians";
export const AUDIT_LOG_KEY = "audit-log";
export const META_KEY = "meta";
export const PUBLIC_KEY_KEY = "public-key";
export const OWNERS_KEY = "owners";
export const PWDKM_KEY = "pwdkm";
export const SECRET_PREFIX = "secret-";

/**
 * A copy of a map with one entry set. A new one is put in its place, so that a map whose keys are in order stays so: what
 * is written need not be sorted.
 */
export function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  if (map.has(key)) return new Map(map).set(key, value);
  const copy = new Map<string, V>();
  let isPlaced = false;
  map.forEach((each, other) => {
    if (!isPlaced && compareCodePoints(key, other) < 0) {
      copy.set(key, value);
      isPlaced = true;
    }
    copy.set(other, each);
  });
  return isPlaced ? copy : copy.set(key, value);
}

/** A copy of a map without one entry. */
export function withoutEntry<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

/** The keys of several maps, each once, in the order of the maps. */
export function unionOfKeys(...maps: readonly (ReadonlyMap<string, unknown> | undefined)[]): string[] {
  const keys: string[] = [];
  // Without a set, which for a large store takes more memory than the keys.
  for (const [index, map] of maps.entries()) {
    for (const key of map?.keys() ?? []) if (!hasKey(maps, index, key)) keys.push(key);
  }
  return keys;
}

/** Whether one of the first `count` maps has a key. */
function hasKey(
  maps: readonly (ReadonlyMap<string, unknown> | undefined)[],
  count: number,
  key: string,
): boolean {
  for (let index = 0; index < count; index++) if (maps[index]?.has(key)) return true;
  return false;
}
