import { sortedByKey } from "../../common/code-points.ts";
import { isStillCurrent, type Ledger, type ShownValue } from "../../exec/handed-out/ledger.ts";
import type { ChosenLease } from "../../lease/end.ts";
import type { Grant, LeasedDomain } from "../../lease/grant.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { besideOf, type StagedRotation, stagedRotations } from "../../store/rotation/states.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { readOrNothing, storeNow } from "../reading/shown-values.ts";

/** A secret whose value could be read by what was taken back. */
export interface ReadableSecret extends SecretPath {
  /** The store's real path. */
  readonly store: string;
  /** The rotation that has it beside its secret, if it is of one. */
  readonly of?: StagedRotation | undefined;
}

/** What could be read, and for which leases and stores that is not known. */
export interface Readable {
  /** By store, domain and name. */
  readonly secrets: readonly ReadableSecret[];
  /** Leases that did not say what they cover, and stores that cannot be read, each in a sentence. */
  readonly unknown: readonly string[];
}

/**
 * The values that leases could open, that clients were shown, and that programs and files had which no lease opened: all of their
 * domains. A value that was changed since then is not among them.
 */
export function readableSecrets(leases: readonly ChosenLease[], handedOut: Ledger): Readable {
  const stores = new CachedStores();
  const paths = uniquePaths([
    ...leases.flatMap(({ lease }) => lease?.grant ?? []).flatMap((grant) => leasedPaths(grant, stores)),
    ...handedOut.shown
      .filter((shown) => isStillShown(shown, stores))
      .map(({ store, domain, name }) => ({ store, domain, secret: name })),
    ...[...handedOut.programs, ...handedOut.files]
      .filter(({ lease }) => lease === undefined)
      .flatMap(({ store, domains }) => pathsOfDomains(store, domains, stores)),
  ]);
  const silent = leases.filter(({ lease }) => !lease);
  return {
    secrets: paths.map((path) => ({
      ...path,
      of: stores
        .rotationsIn(path.store)
        .find((each) => each.domain === path.domain && besideOf(each) === path.secret),
    })),
    unknown: [
      ...silent.map(({ id }) => `lease ${id} did not say what it covers: what it could read is not known`),
      ...stores.unreadable.map(
        (path) => `${path} cannot be read: which of its values could be read is not known`,
      ),
    ],
  };
}

/** A secret of one of several stores. */
type PathInStore = Pick<ReadableSecret, "store" | "domain" | "secret">;

/** The stores that are asked for, each read once, and the rotations in them. */
class CachedStores {
  readonly #files = new Map<string, KeyFile | undefined>();
  readonly #rotations = new Map<string, readonly StagedRotation[]>();

  /** @returns `undefined` for one that cannot be read */
  at(path: string): KeyFile | undefined {
    if (!this.#files.has(path)) this.#files.set(path, readOrNothing(path));
    return this.#files.get(path);
  }

  rotationsIn(path: string): readonly StagedRotation[] {
    const { data } = this.at(path) ?? {};
    const rotations = this.#rotations.get(path) ?? (data ? stagedRotations(data) : []);
    this.#rotations.set(path, rotations);
    return rotations;
  }

  /** The paths of those that cannot be read. */
  get unreadable(): readonly string[] {
    return [...this.#files].flatMap(([path, file]) => (file ? [] : [path]));
  }
}

/** Each once, by store, domain and name. */
function uniquePaths(paths: readonly PathInStore[]): readonly PathInStore[] {
  const byName = new Map(paths.map((path) => [JSON.stringify([path.store, path.domain, path.secret]), path]));
  return [...sortedByKey(byName).values()];
}

/** What a lease could open of what the stores have now. */
function leasedPaths({ domains, since }: Grant, stores: CachedStores): readonly PathInStore[] {
  return domains.flatMap((leased) => {
    const { store } = leased;
    const keyFile = stores.at(store);
    if (!keyFile) return [];
    return domainsOf(keyFile, leased).flatMap((domain) =>
      namesOf(keyFile, domain, leased, since).map((secret) => ({ store, domain, secret })),
    );
  });
}

/** Whether a value that a client was shown is still the secret's. */
function isStillShown(shown: ShownValue, stores: CachedStores): boolean {
  const keyFile = stores.at(shown.store);
  if (!keyFile?.data.domains.get(shown.domain)?.secrets.has(shown.name)) return false;
  return isStillCurrent(shown, storeNow(keyFile, shown));
}

function pathsOfDomains(
  store: string,
  domains: readonly string[],
  stores: CachedStores,
): readonly PathInStore[] {
  const known = stores.at(store)?.data.domains;
  return domains.flatMap((domain) =>
    [...(known?.get(domain)?.secrets.keys() ?? [])].map((secret) => ({ store, domain, secret })),
  );
}

/** A lease is of a key: its domain may have got another name, or another key, since. */
function domainsOf({ data }: KeyFile, { name, publicKey }: LeasedDomain): readonly string[] {
  return [...data.domains].flatMap(([domain, now]) =>
    domain === name || now.publicKey === publicKey ? [domain] : [],
  );
}

function namesOf(keyFile: KeyFile, domain: string, { only }: LeasedDomain, since: number): readonly string[] {
  const secrets = keyFile.data.domains.get(domain)?.secrets;
  if (!secrets) return [];
  if (!only) return [...secrets.keys()];
  return only.boxes.flatMap(([name, box]) =>
    secrets.has(name) && isStillCurrent({ box, since }, storeNow(keyFile, { domain, name })) ? [name] : [],
  );
}
