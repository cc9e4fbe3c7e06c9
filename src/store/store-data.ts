/**
 * What a store holds, as it stands in the file: sealed values and key material stay base64 text, so that an
 * entry that nobody touched is written back to the letter. Never changed in place.
 */
export interface StoreData {
  /** By domain name. */
  readonly domains: ReadonlyMap<string, Domain>;
  /** Each key custodian's `pwdkm` (FORMAT.md, "Encodings"), base64, by the custodian's name. */
  readonly custodians: ReadonlyMap<string, string>;
  /** Oldest first. */
  readonly auditLog: readonly string[];
}

export interface Domain {
  /** Base64 of `0x00 ‖ X25519 public key`. */
  readonly publicKey: string;
  /** The domain's private key sealed to each owner, base64, by the owner's name. */
  readonly owners: ReadonlyMap<string, string>;
  /** Sealed values, base64, by the secret's name without its `secret-`. */
  readonly secrets: ReadonlyMap<string, string>;
}

export const EMPTY_STORE: StoreData = { domains: new Map(), custodians: new Map(), auditLog: [] };

/** The root's own keys, and the key of a domain that holds no secret. */
export const CUSTODIANS_KEY = "key-custodians";
export const AUDIT_LOG_KEY = "audit-log";
export const META_KEY = "meta";
export const PUBLIC_KEY_KEY = "public-key";
export const OWNERS_KEY = "owners";
export const PWDKM_KEY = "pwdkm";
export const SECRET_PREFIX = "secret-";

/** A copy of a map with one entry set; the original stays as it was. */
export function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value);
}

/** A copy of a map without one entry; the original stays as it was. */
export function withoutEntry<V>(map: ReadonlyMap<string, V>, key: string): ReadonlyMap<string, V> {
  const copy = new Map(map);
  copy.delete(key);
  return copy;
}

/** All keys of several maps, each once, in the order of the maps. */
export function unionOfKeys(...maps: readonly (ReadonlyMap<string, unknown> | undefined)[]): string[] {
  return [...new Set(maps.flatMap((map) => [...(map?.keys() ?? [])]))];
}
