import { compareCodePoints, sortedByKey } from "../../common/code-points.ts";
import { memo } from "../../common/memo.ts";
import type { StoreData } from "../store-data.ts";
import { type AccessHistory, boxId, type Holder, type SealedBox } from "./access-history.ts";
import { placeKey } from "./new-entries.ts";
import type { Moment } from "./revision.ts";
import { NOTHING_OPENED, type OpenedValues, sameValues } from "./same-values.ts";
import { type Knower, type OtherPassphrase, ValueHolders } from "./value-holders.ts";

/** Who knows the value that a secret has. */
export interface SecretAccess {
  readonly domain: string;
  readonly secret: string;
  /** Since when there is this value. */
  readonly since: Moment | undefined;
  /** Whether every value that the secret had was opened and compared. */
  readonly isExact: boolean;
  /** Its owners, sorted. */
  readonly readers: readonly string[];
  /** Everyone else, sorted by name. */
  readonly knowers: readonly Knower[];
  readonly otherPassphrases: readonly OtherPassphrase[];
}

/** Who has the key of a domain. */
export interface DomainAccess {
  readonly domain: string;
  readonly owners: readonly string[];
  /** Those who were given the current key and do not own the domain, sorted. */
  readonly formerOwners: readonly Holder[];
}

/** Who knows what, sorted by name. */
export interface Access {
  readonly secrets: readonly SecretAccess[];
  readonly domains: readonly DomainAccess[];
}

/**
 * Who knows the values of a store: everyone who was given, in some version, the private key that a value was sealed to.
 * Owners that only a forged version has are listed too: without their keys, nothing shows that the version is forged.
 *
 * @param history of the store, with its present version
 * @param opened what was opened with credentials; without, the same value in two places is two values
 */
export function whoKnows(history: AccessHistory, store: StoreData, opened = NOTHING_OPENED): Access {
  const boxesLike = sameValues(history, opened);
  const places = placesByBox(store);
  const known = memo((boxes: readonly SealedBox[]) => ({
    since: boxes.map(({ since }) => since).reduce<Moment | undefined>(earlier, undefined),
    isOpened: boxes.every(({ id }) => opened.has(id)),
    holders: new ValueHolders(
      history,
      store,
      keysOf(boxes, opened),
      new Set(boxes.flatMap(({ id }) => [...(places.get(id) ?? [])])),
    ),
  }));
  const closed = new Set(
    [...history.boxes.values()].filter(({ id }) => !opened.has(id)).map(({ place }) => placeKey(place)),
  );
  const secrets = [...sortedByKey(store.domains)].flatMap(([domain, { secrets }]) =>
    [...sortedByKey(secrets)].map(([secret, sealed]): SecretAccess => {
      const { since, isOpened, holders } = known(boxesLike(boxId(sealed)));
      return {
        domain,
        secret,
        since,
        isExact: isOpened && !closed.has(placeKey({ domain, secret })),
        readers: ownersOf(store, domain),
        knowers: sortedByName(holders.knowersIn(domain)),
        otherPassphrases: sortedByName(holders.otherPassphrasesIn(domain)),
      };
    }),
  );
  return { secrets, domains: whoHasKeys(history, store) };
}

/** {@link whoKnows} of the domains' keys alone, which takes much less time. */
export function whoHasKeys(history: AccessHistory, store: StoreData): readonly DomainAccess[] {
  return [...sortedByKey(store.domains)].map(([name]) => domainAccess(history, store, name));
}

function domainAccess(history: AccessHistory, store: StoreData, name: string): DomainAccess {
  const domain = store.domains.get(name);
  const isOwner = (custodian: string): boolean => domain?.owners.has(custodian) ?? false;
  const holders = history.holders.get(domain?.publicKey ?? "") ?? new Map<string, Holder>();
  return {
    domain: name,
    owners: ownersOf(store, name),
    formerOwners: [...sortedByKey(holders).values()].filter(({ custodian }) => !isOwner(custodian)),
  };
}

function ownersOf(store: StoreData, domain: string): string[] {
  return [...(store.domains.get(domain)?.owners.keys() ?? [])].sort(compareCodePoints);
}

function sortedByName<Person extends { readonly custodian: string }>(people: readonly Person[]): Person[] {
  return people.toSorted((one, other) => compareCodePoints(one.custodian, other.custodian));
}

/** The keys to which boxes were sealed. */
function keysOf(boxes: readonly SealedBox[], opened: OpenedValues): Set<string> {
  return new Set(
    boxes.flatMap(({ id, keys }) => {
      const known = opened.get(id);
      return known ? [known.publicKey] : [...keys];
    }),
  );
}

/** The domains that have a box today. */
function placesByBox(store: StoreData): ReadonlyMap<string, ReadonlySet<string>> {
  const places = new Map<string, Set<string>>();
  for (const [domain, { secrets }] of store.domains) {
    for (const sealed of secrets.values()) {
      const id = boxId(sealed);
      const known = places.get(id);
      if (known) known.add(domain);
      else places.set(id, new Set([domain]));
    }
  }
  return places;
}

function earlier(one: Moment | undefined, other: Moment): Moment {
  return one === undefined || other.time < one.time ? other : one;
}
