import { compareCodePoints, sortedByKey } from "../../common/code-points.ts";
import type { StoreData } from "../store-data.ts";
import { type AccessHistory, boxId, type Holder, type SealedBox } from "./access-history.ts";
import { placeKey } from "./new-entries.ts";
import type { Moment } from "./revision.ts";
import { NOTHING_OPENED, type OpenedValues, sameValues } from "./same-values.ts";

/**
 * How someone who is not an owner knows a value.
 *
 * | | |
 * | --- | --- |
 * | `current_key` | was given the current key of the domain: can read everything sealed to it |
 * | `earlier_key` | was given a key that was replaced since, when the value was sealed to it |
 * | `copy` | owns, or owned, another secret with the same value |
 */
export type HowKnown = "current_key" | "earlier_key" | "copy";

/** Someone who knows a value and does not own its domain. */
export interface Knower {
  readonly custodian: string;
  readonly how: HowKnown;
  /** The domain whose key the custodian was given, by its name then. */
  readonly domain: string;
  readonly since: Moment;
  readonly until: Moment | undefined;
  /** Whether the store still has the custodian. */
  readonly isCustodian: boolean;
  /** Whether the custodian still owns a domain with this value, and so need not be removed. */
  readonly isOwner: boolean;
}

/** An owner's key from another passphrase than today's, which opens the value too. */
export interface OtherPassphrase {
  readonly custodian: string;
  /** When the passphrase was changed, as far as is known. */
  readonly until: Moment | undefined;
}

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
  const closed = new Set(
    [...history.boxes.values()].filter(({ id }) => !opened.has(id)).map(({ place }) => placeKey(place)),
  );
  const secrets = [...sortedByKey(store.domains)].flatMap(([domain, { secrets }]) =>
    [...sortedByKey(secrets)].map(([secret, sealed]): SecretAccess => {
      const boxes = boxesLike(boxId(sealed));
      return {
        domain,
        secret,
        ...accessTo(history, store, domain, boxes, keysOf(boxes, opened), places),
        isExact: !closed.has(placeKey({ domain, secret })) && boxes.every(({ id }) => opened.has(id)),
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
    owners: [...(domain?.owners.keys() ?? [])].sort(compareCodePoints),
    formerOwners: [...sortedByKey(holders).values()].filter(({ custodian }) => !isOwner(custodian)),
  };
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

type Found = Pick<SecretAccess, "since" | "readers" | "knowers" | "otherPassphrases">;

function accessTo(
  history: AccessHistory,
  store: StoreData,
  domain: string,
  boxes: readonly SealedBox[],
  keys: ReadonlySet<string>,
  places: ReadonlyMap<string, ReadonlySet<string>>,
): Found {
  const owners = store.domains.get(domain)?.owners ?? new Map<string, string>();
  const current = store.domains.get(domain)?.publicKey;
  const domains = new Set(boxes.flatMap(({ id }) => [...(places.get(id) ?? [])]));
  const owningNow = new Set(
    [...domains].flatMap((name) => [...(store.domains.get(name)?.owners.keys() ?? [])]),
  );
  const knowers = new Map<string, Knower>();
  const others = new Map<string, OtherPassphrase>();
  for (const key of keys) {
    for (const holder of history.holders.get(key)?.values() ?? []) {
      const { custodian, materials } = holder;
      if (owners.has(custodian)) {
        const now = store.custodians.get(custodian);
        for (const [material, until] of materials)
          if (material !== now && !others.has(custodian)) others.set(custodian, { custodian, until });
        continue;
      }
      const knower = {
        custodian,
        how: howKnown(key, current, holder, domain, domains),
        domain: holder.domain,
        since: holder.since,
        until: holder.until,
        isCustodian: store.custodians.has(custodian),
        isOwner: owningNow.has(custodian),
      };
      const known = knowers.get(custodian);
      if (!known || weighsMore(knower, known)) knowers.set(custodian, knower);
    }
  }
  return {
    since: boxes.map(({ since }) => since).reduce<Moment | undefined>(earlier, undefined),
    readers: [...owners.keys()].sort(compareCodePoints),
    knowers: [...sortedByKey(knowers).values()],
    otherPassphrases: [...sortedByKey(others).values()],
  };
}

function howKnown(
  key: string,
  current: string | undefined,
  holder: Holder,
  domain: string,
  domains: ReadonlySet<string>,
): HowKnown {
  if (key === current) return "current_key";
  return holder.domain !== domain && domains.has(holder.domain) ? "copy" : "earlier_key";
}

/** What weighs most is named: a key that opens what is written from now on, then what the history itself shows. */
function rank({ how, since }: Knower): number {
  return ["current_key", "earlier_key", "copy"].indexOf(how) * 2 + (since.branch === undefined ? 0 : 1);
}

/** Of two equal ways, the one that lasted longer says when the person was removed. */
function weighsMore(one: Knower, other: Knower): boolean {
  const end = ({ until }: Knower): number => until?.time ?? Number.POSITIVE_INFINITY;
  return rank(one) < rank(other) || (rank(one) === rank(other) && end(one) > end(other));
}

function earlier(one: Moment | undefined, other: Moment): Moment {
  return one === undefined || other.time < one.time ? other : one;
}
