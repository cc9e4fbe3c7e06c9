import { compareCodePoints } from "../../common/code-points.ts";
import { isStillCurrent, type Ledger } from "../../exec/handed-out/ledger.ts";
import type { ChosenLease } from "../../lease/end.ts";
import type { LeasedDomain } from "../../lease/grant.ts";
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
  const stores = new Map<string, KeyFile | undefined>();
  const storeAt = (path: string): KeyFile | undefined => {
    if (!stores.has(path)) stores.set(path, readOrNothing(path));
    return stores.get(path);
  };
  const found = new Map<string, ReadableSecret>();
  const add = (store: string, domain: string, names: Iterable<string>): void => {
    const { data } = storeAt(store) ?? {};
    const rotations = data ? stagedRotations(data).filter((each) => each.domain === domain) : [];
    for (const secret of names) {
      const of = rotations.find((each) => besideOf(each) === secret);
      found.set(JSON.stringify([store, domain, secret]), { store, domain, secret, of });
    }
  };
  const addDomains = (store: string, domains: readonly string[]): void => {
    for (const domain of domains)
      add(store, domain, storeAt(store)?.data.domains.get(domain)?.secrets.keys() ?? []);
  };
  for (const { grant } of leases.flatMap(({ lease }) => lease ?? [])) {
    for (const each of grant.domains) {
      const keyFile = storeAt(each.store);
      for (const domain of keyFile ? domainsOf(keyFile, each) : [])
        add(each.store, domain, namesOf(keyFile, domain, each, grant.since));
    }
  }
  for (const shown of handedOut.shown) {
    const keyFile = storeAt(shown.store);
    const isThere = keyFile?.data.domains.get(shown.domain)?.secrets.has(shown.name);
    if (keyFile && isThere && isStillCurrent(shown, storeNow(keyFile, shown)))
      add(shown.store, shown.domain, [shown.name]);
  }
  for (const { store, domains, lease } of [...handedOut.programs, ...handedOut.files])
    if (lease === undefined) addDomains(store, domains);
  return {
    secrets: [...found].toSorted(([a], [b]) => compareCodePoints(a, b)).map(([, secret]) => secret),
    unknown: [
      ...leases.flatMap(({ id, lease }) =>
        lease ? [] : [`lease ${id} did not say what it covers: what it could read is not known`],
      ),
      ...[...stores].flatMap(([path, keyFile]) =>
        keyFile ? [] : [`${path} cannot be read: which of its values could be read is not known`],
      ),
    ],
  };
}

/** A lease is of a key: its domain may have got another name, or another key, since. */
function domainsOf({ data }: KeyFile, { name, publicKey }: LeasedDomain): readonly string[] {
  return [...data.domains].flatMap(([domain, now]) =>
    domain === name || now.publicKey === publicKey ? [domain] : [],
  );
}

function namesOf(
  keyFile: KeyFile | undefined,
  domain: string,
  { only }: LeasedDomain,
  since: number,
): readonly string[] {
  const secrets = keyFile?.data.domains.get(domain)?.secrets;
  if (!keyFile || !secrets) return [];
  if (!only) return [...secrets.keys()];
  return only.boxes.flatMap(([name, box]) =>
    secrets.has(name) && isStillCurrent({ box, since }, storeNow(keyFile, { domain, name })) ? [name] : [],
  );
}
