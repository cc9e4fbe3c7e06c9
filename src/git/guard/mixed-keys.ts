import { displayName } from "../../common/terminal-safe.ts";
import type { EntryPath } from "../../store/format/validation.ts";
import { type Domain, META_KEY, OWNERS_KEY, SECRET_PREFIX, type StoreData } from "../../store/store-data.ts";
import type { Remark, StoreRevision } from "./store-revision.ts";

const RULE = "mixed-keys";

/** Sealed texts that came from a parent and belong to another key than the one that they are under now. */
export function mixedKeys({ store, parents }: StoreRevision): Remark[] {
  const moved = movedTexts(store, parents);
  if (moved.size === 0) return [];
  const known = parents.map((parent) => keysOf(parent, moved));
  const here = keysOf(store, moved);
  // New texts, of nearly every change, belong to no key of before.
  if (known.every(({ domainKeys }) => domainKeys.size === 0) && here.ownerKeys.size === 0) return [];
  return [...store.domains].flatMap(([name, domain]) => [
    ...mixedSecrets(name, domain, known, here),
    ...mixedOwners(name, domain, known, store.custodians),
  ]);
}

function mixedSecrets(
  domain: string,
  { publicKey, secrets }: Domain,
  known: readonly TextKeys[],
  here: TextKeys,
): Remark[] {
  // An owner's copy is never sealed to a domain's key. A text that is new in both places is taken for one.
  const isCopy = (sealed: string): boolean =>
    known.some((parent) => parent.ownerKeys.has(sealed)) ||
    (here.ownerKeys.has(sealed) && !known.some((parent) => parent.domainKeys.has(sealed)));
  return [...secrets].flatMap(([name, sealed]) => {
    if (!isCopy(sealed) && !known.some((parent) => isForeign(parent.domainKeys.get(sealed), publicKey)))
      return [];
    const what = `domain "${displayName(domain)}": secret "${displayName(name)}" is sealed to a different public key than the domain's current one, so no owner can decrypt it`;
    return [remark([domain, SECRET_PREFIX + name], what)];
  });
}

function mixedOwners(
  domain: string,
  { publicKey, owners }: Domain,
  known: readonly TextKeys[],
  custodians: StoreData["custodians"],
): Remark[] {
  return [...owners].flatMap(([name, sealed]) => {
    const has = ownerHas(sealed, publicKey, custodians.get(name), known);
    if (has === undefined) return [];
    const what = `domain "${displayName(domain)}": owner "${displayName(name)}" has ${has}`;
    return [remark([domain, META_KEY, OWNERS_KEY, name], what)];
  });
}

/** What an owner has in place of the domain's key, or `undefined`. @param custodianKey the owner's own key */
function ownerHas(
  sealed: string,
  publicKey: string,
  custodianKey: string | undefined,
  known: readonly TextKeys[],
): string | undefined {
  if (known.some((parent) => parent.domainKeys.has(sealed) && !parent.ownerKeys.has(sealed)))
    return "the sealed value of a secret in place of the domain's key";
  if (known.some((parent) => isForeign(parent.domainKeys.get(sealed), publicKey)))
    return "the private key for a different public key than the domain's current one";
  return known.some((parent) => isForeign(parent.ownerKeys.get(sealed), custodianKey))
    ? "a copy of the domain key that was sealed before the custodian's key changed, and can no longer open it"
    : undefined;
}

function remark(at: EntryPath, what: string): Remark {
  return { at, rule: RULE, message: `${what}: ${HOW_TO_REPAIR}` };
}

const HOW_TO_REPAIR =
  "merge with pprotect's merge driver (`pprotect git install`), or make one side's change again with `pprotect`";

/**
 * The sealed texts of a store that a parent does not have in the same place, under the same keys. Only these can belong to
 * other keys in a parent.
 */
function movedTexts(store: StoreData, parents: readonly StoreData[]): ReadonlySet<string> {
  const moved = new Set<string>();
  for (const parent of parents) {
    // A text that no domain of a parent has belongs to no key there.
    if (parent.domains.size === 0) continue;
    const sameCustodians = parent.custodians === store.custodians;
    for (const [name, { publicKey, secrets, owners }] of store.domains) {
      const before = parent.domains.get(name);
      const sameKey = before?.publicKey === publicKey;
      // Versions that were read one after the other share what is equal in both.
      if (!sameKey || before.secrets !== secrets) {
        secrets.forEach((sealed, secret) => {
          if (!sameKey || before.secrets.get(secret) !== sealed) moved.add(sealed);
        });
      }
      if (sameKey && before.owners === owners && sameCustodians) continue;
      owners.forEach((sealed, owner) => {
        const sameOwner = parent.custodians.get(owner) === store.custodians.get(owner);
        if (!sameKey || !sameOwner || before.owners.get(owner) !== sealed) moved.add(sealed);
      });
    }
  }
  return moved;
}

/** The keys of a version that sealed texts belong to. Equal texts come from one sealing. */
interface TextKeys {
  readonly domainKeys: ReadonlyMap<string, ReadonlySet<string>>;
  readonly ownerKeys: ReadonlyMap<string, ReadonlySet<string>>;
}

function keysOf(store: StoreData, texts: ReadonlySet<string>): TextKeys {
  const domainKeys = new Map<string, Set<string>>();
  const ownerKeys = new Map<string, Set<string>>();
  for (const { publicKey, secrets, owners } of store.domains.values()) {
    secrets.forEach((sealed) => {
      if (texts.has(sealed)) note(domainKeys, sealed, publicKey);
    });
    owners.forEach((sealed, name) => {
      if (!texts.has(sealed)) return;
      note(domainKeys, sealed, publicKey);
      note(ownerKeys, sealed, store.custodians.get(name));
    });
  }
  return { domainKeys, ownerKeys };
}

function note(map: Map<string, Set<string>>, sealed: string, key: string | undefined): void {
  if (key === undefined) return;
  const keys = map.get(sealed);
  if (keys) keys.add(key);
  else map.set(sealed, new Set([key]));
}

/** Whether a parent has the same sealed text under other keys. */
function isForeign(there: ReadonlySet<string> | undefined, here: string | undefined): boolean {
  return there !== undefined && here !== undefined && !there.has(here);
}
