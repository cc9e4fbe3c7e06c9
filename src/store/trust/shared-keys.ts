import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import type { Problem, ProblemCode } from "../format/problem.ts";
import type { EntryPath } from "../format/validation.ts";
import { META_KEY, PUBLIC_KEY_KEY, type StoreData } from "../store-data.ts";

type Domains = StoreData["domains"];

/** The names of the domains with each public key, of stores that were asked about: they never change. */
const namesByKey = new WeakMap<Domains, ReadonlyMap<string, readonly string[]>>();

/** Another domain with the public key of this one, or nothing. Keys are compared as the file writes them. */
export function sharesKeyWith(store: StoreData, name: string): string | undefined {
  const publicKey = store.domains.get(name)?.publicKey;
  return publicKey === undefined ? undefined : otherDomainWith(store, name, publicKey);
}

/** The first domain of another name with a public key. */
export function otherDomainWith({ domains }: StoreData, name: string, publicKey: string): string | undefined {
  const known = namesByKey.get(domains) ?? namesOf(domains);
  namesByKey.set(domains, known);
  return known.get(publicKey)?.find((other) => other !== name);
}

function namesOf(domains: Domains): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const [name, { publicKey }] of domains) {
    const same = names.get(publicKey);
    if (same) same.push(name);
    else names.set(publicKey, [name]);
  }
  return names;
}

/** A domain whose public key a domain before it in the file has too. */
export interface SharedKey {
  readonly domain: string;
  /** The first domain with that key. */
  readonly other: string;
}

/** Every domain that has the public key of an earlier one. A domain's key is its own: an owner of one owns both. */
export function sharedKeys({ domains }: StoreData): SharedKey[] {
  const first = new Map<string, string>();
  const found: SharedKey[] = [];
  for (const [domain, { publicKey }] of domains) {
    const other = first.get(publicKey);
    if (other === undefined) first.set(publicKey, domain);
    else found.push({ domain, other });
  }
  return found;
}

/** Where a shared key is in the file. */
export function publicKeyPath(domain: string): EntryPath {
  return [domain, META_KEY, PUBLIC_KEY_KEY];
}

/** What is wrong, as one line. */
export function sharedKeyMessage({ domain, other }: SharedKey): string {
  return `domain "${displayName(domain)}" has the public key of domain "${displayName(other)}": an owner of one can read both`;
}

/** What to do about it. */
export const SHARED_KEY_FIX =
  "`pprotect rotate-domain-keys` gives a domain a key of its own, `pprotect rm-domain` removes it";

/** @throws PprotectError `shared_key` when another domain of the store has this one's key */
export function refuseSharedKey(store: StoreData, domain: string): void {
  const other = sharesKeyWith(store, domain);
  if (other === undefined) return;
  throw new PprotectError("shared_key", sharedKeyMessage({ domain, other }), SHARED_KEY_FIX);
}

/** {@link sharedKeys} with their lines. @param bytes the text that the store was read from */
export function sharedKeyProblems(bytes: Uint8Array, store: StoreData): Problem[] {
  return atPublicKeys(
    "shared_key",
    bytes,
    sharedKeys(store).map((each) => ({ domain: each.domain, message: sharedKeyMessage(each) })),
  );
}

/** What is wrong with the public keys of domains, with their lines. @param bytes the text that the store was read from */
export function atPublicKeys(
  code: ProblemCode,
  bytes: Uint8Array,
  found: readonly { readonly domain: string; readonly message: string }[],
): Problem[] {
  if (found.length === 0) return [];
  // Loaded only here: lines are asked for only when something is wrong.
  const { readStrict } = require("../format/strict-reader.ts") as typeof import("../format/strict-reader.ts");
  const { lineOf } = readStrict(decodeUtf8(bytes) ?? "");
  return found
    .map(({ domain, message }) => ({ code, line: lineOf(publicKeyPath(domain)) ?? 0, message }))
    .sort((a, b) => a.line - b.line);
}
