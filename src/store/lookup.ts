import { type ErrorCode, PprotectError } from "../common/errors.ts";
import { shellArguments } from "../common/shell-quote.ts";
import { suggest } from "../common/suggest.ts";
import { displayName, escapeUnprintable } from "../common/terminal-safe.ts";
import type { Domain, StoreData } from "./store-data.ts";

/** @throws PprotectError `no_such_domain`, with what else has this name, else the nearest name of a domain */
export function findDomain(store: StoreData, name: string): Domain {
  const domain = store.domains.get(name);
  if (domain) return domain;
  throw new PprotectError(
    "no_such_domain",
    `no domain "${displayName(name)}"`,
    asSecret(store, name) ??
      asCustodian(store, name) ??
      nearest(name, store.domains) ??
      `${known("domains", store.domains)}; \`pprotect add-domain\` adds one`,
  );
}

/** The hint for the name of a secret in place of a domain. */
function asSecret(store: StoreData, name: string): string | undefined {
  const paths = domainsWith(store, name).map((domain) => displayName(`${domain}/${name}`));
  return paths.length === 0 ? undefined : `it is the name of a secret: ${listed(paths)}`;
}

/** The hint for a custodian in place of a domain, as in `add-owner OWNER DOMAIN`. */
function asCustodian({ custodians }: StoreData, name: string): string | undefined {
  return custodians.has(name) ? "it is the name of a key custodian: the domain comes first" : undefined;
}

/** The domains that have a secret of this name, in the order of the store. */
export function domainsWith({ domains }: StoreData, name: string): readonly string[] {
  return [...domains].filter(([, { secrets }]) => secrets.has(name)).map(([domain]) => domain);
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

/** For a new secret. @throws PprotectError `no_such_domain`, `secret_exists` */
export function refuseExistingSecret(store: StoreData, domain: string, secret: string): void {
  refuseTaken(store, domain, secret, "use `pprotect update-secret` to change its value");
}

/** For a secret that is to be moved or copied to this name. @throws PprotectError `no_such_domain`, `secret_exists` */
export function refuseTakenTarget(store: StoreData, domain: string, secret: string): void {
  const path = escapeUnprintable(`${domain}/${secret}`);
  refuseTaken(
    store,
    domain,
    secret,
    `\`pprotect rm-secret ${shellArguments(path)}\` removes it, or \`pprotect rename-secret\` gives one of the two another name`,
  );
}

function refuseTaken(store: StoreData, domain: string, secret: string, hint: string): void {
  if (!findDomain(store, domain).secrets.has(secret)) return;
  throw new PprotectError(
    "secret_exists",
    `secret "${displayName(secret)}" already exists in domain "${displayName(domain)}"`,
    hint,
  );
}

/** Names of the domains that a custodian owns, in the order of the file. */
export function domainsOf({ domains }: StoreData, custodian: string): string[] {
  return [...domains].filter(([, { owners }]) => owners.has(custodian)).map(([name]) => name);
}

/** @returns the key material, base64. @throws PprotectError `no_such_custodian`, with the nearest name */
export function findCustodian(store: StoreData, name: string): string {
  return find(store.custodians, name, "no_such_custodian", () => notACustodian(name));
}

/** @throws PprotectError `no_such_domain`, `owner_exists` */
export function refuseExistingOwner(store: StoreData, domain: string, owner: string): void {
  if (!findDomain(store, domain).owners.has(owner)) return;
  throw new PprotectError(
    "owner_exists",
    `${displayName(owner)} already owns domain "${displayName(domain)}"`,
  );
}

/** {@link findCustodian} for one who is to become an owner: when no name is near, says how they become a custodian. */
export function findNewOwner(store: StoreData, name: string): string {
  const hint = "they run `pprotect add-key-custodian` first; `pprotect list-custodians` lists the names";
  return find(store.custodians, name, "no_such_custodian", () => notACustodian(name), hint);
}

function notACustodian(name: string): string {
  return `${displayName(name)} is not a key custodian`;
}

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
  throw new PprotectError(code, message(), nearest(name, map) ?? hint ?? known("names", map));
}

function nearest(name: string, map: ReadonlyMap<string, unknown>): string | undefined {
  const near = suggest(name, [...map.keys()]);
  return near === undefined ? undefined : `did you mean "${displayName(near)}"?`;
}

function known(what: string, map: ReadonlyMap<string, unknown>): string {
  return map.size === 0 ? "there are none yet" : `known ${what}: ${listed([...map.keys()].map(displayName))}`;
}

const MAX_LISTED = 8;

function listed(names: readonly string[]): string {
  const rest = names.length - MAX_LISTED;
  return `${names.slice(0, MAX_LISTED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
