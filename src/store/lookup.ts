import { type ErrorCode, PprotectError } from "../common/errors.ts";
import { suggest } from "../common/suggest.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { Domain, StoreData } from "./store-data.ts";

/** @throws PprotectError `no_such_domain`, with the nearest name */
export function findDomain(store: StoreData, name: string): Domain {
  return find(store.domains, name, "no_such_domain", () => `no domain "${displayName(name)}"`);
}

/** @returns the sealed value, base64. @throws PprotectError `no_such_secret`, with the nearest name */
export function findSecret(domain: string, data: Domain, name: string): string {
  return find(
    data.secrets,
    name,
    "no_such_secret",
    () => `no secret "${displayName(name)}" in domain "${displayName(domain)}"`,
  );
}

/** @throws PprotectError `no_such_domain`, `secret_exists` */
export function refuseExistingSecret(store: StoreData, domain: string, secret: string): void {
  if (!findDomain(store, domain).secrets.has(secret)) return;
  throw new PprotectError(
    "secret_exists",
    `secret "${displayName(secret)}" already exists in domain "${displayName(domain)}"`,
    "use `pprotect update-secret` to change its value",
  );
}

/** @returns the key material, base64. @throws PprotectError `no_such_custodian`, with the nearest name */
export function findCustodian(store: StoreData, name: string): string {
  return find(store.custodians, name, "no_such_custodian", () => notACustodian(name));
}

/** {@link findCustodian} for one who is to become an owner: when no name is near, says how they become a custodian. */
export function findNewOwner(store: StoreData, name: string): string {
  const hint = "they run `pprotect add-key-custodian` first";
  return find(store.custodians, name, "no_such_custodian", () => notACustodian(name), hint);
}

function notACustodian(name: string): string {
  return `${displayName(name)} is not a key custodian`;
}

const MAX_LISTED = 8;

/** @param message is not made unless it is needed: this is called for each secret of a store */
function find<V>(
  map: ReadonlyMap<string, V>,
  name: string,
  code: ErrorCode,
  message: () => string,
  hint?: string,
): V {
  const value = map.get(name);
  if (value !== undefined) return value;
  const names = [...map.keys()];
  const near = suggest(name, names);
  throw new PprotectError(
    code,
    message(),
    near === undefined ? (hint ?? known(names)) : `did you mean "${displayName(near)}"?`,
  );
}

function known(names: readonly string[]): string {
  if (names.length === 0) return "there are none yet";
  const listed = names.slice(0, MAX_LISTED).map(displayName).join(", ");
  return `known names: ${listed}${names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : ""}`;
}
