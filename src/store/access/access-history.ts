import { createHash } from "node:crypto";
import { OwnTexts } from "../../common/own-text.ts";
import type { Domain, StoreData } from "../store-data.ts";
import { loggedChanges, type Place, placeKey } from "./new-entries.ts";
import type { Moment, Revision } from "./revision.ts";

/** A sealed value that some revision has. */
export interface SealedBox {
  /** A digest of the sealed value. */
  readonly id: string;
  /** Where it was first. */
  readonly place: Place;
  /**
   * The public keys of the domains that had it, as the file writes them. It was sealed to one of them; there are more
   * only where something went wrong, or where the history was forged.
   */
  readonly keys: ReadonlySet<string>;
  /** The first revision that has it. */
  readonly since: Moment;
  /** The bytes, where the history was to keep them. */
  readonly sealed: Uint8Array | undefined;
}

/** A custodian whom a version names as an owner, and so as one who was given the private key of a domain. */
export interface Holder {
  readonly custodian: string;
  /** The name of the domain, then. */
  readonly domain: string;
  readonly since: Moment;
  /** When the custodian was removed, or the key replaced; nothing while neither happened. */
  readonly until: Moment | undefined;
  /** Each key of the custodian that a copy was sealed to (`pwdkm`), and since when there is a later one, if there is. */
  readonly materials: ReadonlyMap<string, Moment | undefined>;
}

/** The owner entry of a custodian, to open the domain's key with. */
export interface OwnerEntry {
  readonly publicKey: string;
  readonly sealed: string;
}

/** All that the versions of a store show of who could open what. */
export interface AccessHistory {
  /** By {@link SealedBox.id}, in the order in which they came. */
  readonly boxes: ReadonlyMap<string, SealedBox>;
  /** By a domain's public key, as the file writes it: who was given the private key, by name. */
  readonly holders: ReadonlyMap<string, ReadonlyMap<string, Holder>>;
  /** Pairs of boxes that have the same value, as far as can be seen without opening them. */
  readonly links: readonly (readonly [string, string])[];
  /** Every custodian that was in a version. */
  readonly custodians: ReadonlySet<string>;
  /** What the user who opens the history may use. */
  readonly own: { readonly materials: ReadonlySet<string>; readonly entries: readonly OwnerEntry[] };
}

/** The digest that identifies a box. @param sealed base64, as the file writes it */
export function boxId(sealed: string): string {
  return createHash("sha256").update(sealed).digest("base64url");
}

type Mutable<Record> = { -readonly [Key in keyof Record]: Record[Key] };
interface OpenBox extends Mutable<SealedBox> {
  readonly keys: Set<string>;
}
interface OpenHolder extends Mutable<Holder> {
  readonly materials: Map<string, Moment | undefined>;
}

/**
 * Goes through the revisions of a store, parents before children, and keeps what each adds: its memory is bounded by
 * the number of different sealed values, not by that of revisions.
 */
export class AccessHistoryBuilder {
  readonly #user: string | undefined;
  readonly #boxes = new Map<string, OpenBox>();
  readonly #holders = new Map<string, Map<string, OpenHolder>>();
  readonly #links: [string, string][] = [];
  readonly #custodians = new Set<string>();
  readonly #materials = new Set<string>();
  readonly #entries = new Map<string, OwnerEntry>();
  /** The first box of each place and log entry by which a value was entered. */
  readonly #entered = new Map<string, string>();
  /** Nothing is kept that was cut out of a version's text, which would stay in memory with it. */
  readonly #texts = new OwnTexts();

  /** @param user whose credentials will open the history: sealed values are kept for that */
  constructor(user?: string) {
    this.#user = user;
  }

  add(revision: Revision): void {
    const { moment, before, after } = revision;
    for (const [name, pwdkm] of after.custodians) {
      this.#custodians.add(this.#texts.of(name));
      if (name === this.#user) this.#materials.add(this.#texts.of(pwdkm));
      if (before.some(({ custodians }) => custodians.get(name) === pwdkm)) continue;
      this.#noteOlderMaterials(name, pwdkm, moment);
    }
    const logged = lazyChanges(revision);
    for (const [name, domain] of after.domains) {
      const old = before.flatMap((store) => store.domains.get(name) ?? []);
      // Most revisions leave most domains alone.
      if (before.length === 1 && old[0] && isSameDomain(old[0], domain)) continue;
      this.#addOwners(name, domain, revision);
      for (const [secret, sealed] of domain.secrets) {
        if (old.some((each) => each.publicKey === domain.publicKey && each.secrets.get(secret) === sealed))
          continue;
        this.#addBox({ domain: name, secret }, sealed, domain.publicKey, revision, logged);
      }
    }
    for (const store of before) this.#endHolders(store, after, moment);
  }

  history(): AccessHistory {
    return {
      boxes: this.#boxes,
      holders: this.#holders,
      links: this.#links,
      custodians: this.#custodians,
      own: { materials: this.#materials, entries: [...this.#entries.values()] },
    };
  }

  #addOwners(name: string, domain: Domain, { moment, before, after }: Revision): void {
    const { publicKey } = domain;
    for (const [custodian, entry] of domain.owners) {
      const old = before.map(({ domains }) => domains.get(name));
      if (old.some((each) => each?.publicKey === publicKey && each.owners.get(custodian) === entry)) continue;
      const own = (part: string): string => this.#texts.of(part);
      const material = own(after.custodians.get(custodian) ?? "");
      this.#addHolder(own(publicKey), own(custodian), own(name), moment, material);
      if (custodian === this.#user) {
        this.#entries.set(`${publicKey} ${entry}`, { publicKey: own(publicKey), sealed: own(entry) });
      }
    }
  }

  #addHolder(publicKey: string, custodian: string, domain: string, moment: Moment, material: string): void {
    const all = this.#holders.get(publicKey) ?? new Map<string, OpenHolder>();
    this.#holders.set(publicKey, all);
    const known = all.get(custodian);
    if (!known) {
      const materials = new Map([[material, undefined]]);
      all.set(custodian, { custodian, domain, since: moment, until: undefined, materials });
      return;
    }
    known.until = undefined;
    if (!known.materials.has(material)) known.materials.set(material, undefined);
    // What the history itself shows says more than what a branch claims.
    if (known.since.branch !== undefined && moment.branch === undefined) {
      known.since = moment;
      known.domain = domain;
    }
  }

  #noteOlderMaterials(custodian: string, pwdkm: string, moment: Moment): void {
    for (const all of this.#holders.values()) {
      const { materials } = all.get(custodian) ?? {};
      for (const [material, until] of materials ?? []) {
        if (material !== pwdkm && until === undefined) materials?.set(material, moment);
      }
    }
  }

  #endHolders(before: StoreData, after: StoreData, moment: Moment): void {
    for (const [name, old] of before.domains) {
      const now = after.domains.get(name);
      if (now === old || (now && now.publicKey === old.publicKey && isSameMap(now.owners, old.owners)))
        continue;
      for (const custodian of old.owners.keys()) {
        if (now?.publicKey === old.publicKey && now.owners.has(custodian)) continue;
        const holder = this.#holders.get(old.publicKey)?.get(custodian);
        if (holder) holder.until ??= moment;
      }
    }
  }

  #addBox(
    place: Place,
    sealed: string,
    publicKey: string,
    revision: Revision,
    logged: () => ReturnType<typeof loggedChanges>,
  ): void {
    const id = boxId(sealed);
    const { moment, before } = revision;
    const known = this.#boxes.get(id);
    if (known) {
      // Only one of them opens it; which of them cannot be known without opening it, whatever came first.
      known.keys.add(this.#texts.of(publicKey));
      if (known.since.branch !== undefined && moment.branch === undefined) known.since = moment;
    } else {
      this.#boxes.set(id, {
        id,
        place: { domain: this.#texts.of(place.domain), secret: this.#texts.of(place.secret) },
        keys: new Set([this.#texts.of(publicKey)]),
        since: moment,
        sealed: this.#user === undefined ? undefined : Buffer.from(sealed, "base64"),
      });
    }
    for (const other of predecessors(place, publicKey, before, logged)) {
      const from = boxId(other);
      if (this.#boxes.has(from)) this.#links.push([id, from]);
    }
    const entry = logged().entryOf(place);
    if (entry === undefined) return;
    const key = this.#texts.of(`${placeKey(place)} ${entry}`);
    const first = this.#entered.get(key);
    if (first === undefined) this.#entered.set(key, id);
    else if (first !== id) this.#links.push([id, first]);
  }
}

/** The sealed values that a box under this key is taken to be re-sealed from. */
function predecessors(
  place: Place,
  publicKey: string,
  before: readonly StoreData[],
  logged: () => ReturnType<typeof loggedChanges>,
): string[] {
  const at = ({ domain, secret }: Place) =>
    before.flatMap(({ domains }) => {
      const from = domains.get(domain);
      const sealed = from?.secrets.get(secret);
      return from && sealed !== undefined ? [{ key: from.publicKey, sealed }] : [];
    });
  const here = at(place);
  const changes = logged();
  if (changes.isEntered(place)) return [];
  // What a rotation put there is not what was there before, whatever key that was sealed to.
  if (here.length > 0 && !changes.isPromoted(place))
    return here.filter(({ key }) => key !== publicKey).map(({ sealed }) => sealed);
  const source = changes.movedFrom(place);
  return source ? at(source).map(({ sealed }) => sealed) : [];
}

function lazyChanges(revision: Revision) {
  let changes: ReturnType<typeof loggedChanges> | undefined;
  return () => {
    changes ??= loggedChanges(revision);
    return changes;
  };
}

function isSameDomain(one: Domain, other: Domain): boolean {
  return (
    one.publicKey === other.publicKey &&
    isSameMap(one.owners, other.owners) &&
    isSameMap(one.secrets, other.secrets)
  );
}

function isSameMap(one: ReadonlyMap<string, string>, other: ReadonlyMap<string, string>): boolean {
  if (one.size !== other.size) return false;
  for (const [key, value] of one) if (other.get(key) !== value) return false;
  return true;
}
