import type { StoreData } from "../store-data.ts";
import type { AccessHistory, Holder } from "./access-history.ts";
import type { Moment } from "./revision.ts";

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

/** Someone who was given a key that a value was sealed to; of two holders who weigh the same, the one that comes first counts. */
interface Candidate {
  readonly holder: Holder;
  readonly order: number;
}

/** What one custodian was given of the keys of a value. */
interface Given {
  /** The best of the keys of domains that do not have the value now. */
  elsewhere: Candidate | undefined;
  /** The best of each domain that has the value now, and the best of these. */
  readonly inDomain: Map<string, Candidate>;
  copy: Candidate | undefined;
  /** The first key from another passphrase than today's. */
  other: OtherPassphrase | undefined;
}

/**
 * Everyone who was given a key that a value was sealed to. It is made once for a value, so that what many domains have takes
 * no more time for each of them.
 */
export class ValueHolders {
  readonly #given = new Map<string, Given>();
  readonly #owningNow: ReadonlySet<string>;

  /**
   * @param keys to which the value was sealed
   * @param domains that have the value now
   */
  constructor(
    private readonly history: AccessHistory,
    private readonly store: StoreData,
    private readonly keys: ReadonlySet<string>,
    private readonly domains: ReadonlySet<string>,
  ) {
    this.#owningNow = new Set(
      [...domains].flatMap((name) => [...(store.domains.get(name)?.owners.keys() ?? [])]),
    );
    let order = 0;
    for (const key of keys)
      for (const holder of history.holders.get(key)?.values() ?? []) this.#add({ holder, order: order++ });
  }

  #add(candidate: Candidate): void {
    const { custodian, domain, materials } = candidate.holder;
    const given = this.#given.get(custodian) ?? {
      elsewhere: undefined,
      inDomain: new Map<string, Candidate>(),
      copy: undefined,
      other: undefined,
    };
    this.#given.set(custodian, given);
    if (this.domains.has(domain)) {
      given.inDomain.set(domain, better(given.inDomain.get(domain), candidate));
      given.copy = better(given.copy, candidate);
    } else given.elsewhere = better(given.elsewhere, candidate);
    const now = this.store.custodians.get(custodian);
    for (const [material, until] of materials) if (material !== now) given.other ??= { custodian, until };
  }

  /** Everyone but the owners of a domain, as those who know the value that a secret of it has. */
  knowersIn(domain: string): Knower[] {
    const owners = this.store.domains.get(domain)?.owners;
    return [...this.#given].flatMap(([custodian, given]) => {
      const found = owners?.has(custodian) ? undefined : this.#best(domain, custodian, given);
      return found ? [this.#knower(found.holder, found.how)] : [];
    });
  }

  /** The owners of a domain who could open the value with another passphrase. */
  otherPassphrasesIn(domain: string): OtherPassphrase[] {
    const owners = this.store.domains.get(domain)?.owners.keys() ?? [];
    return [...owners].flatMap((custodian) => this.#given.get(custodian)?.other ?? []);
  }

  /** What weighs most: a key that opens what is written from now on, then what the history itself shows. */
  #best(
    domain: string,
    custodian: string,
    { elsewhere, inDomain, copy }: Given,
  ): { readonly holder: Holder; readonly how: HowKnown } | undefined {
    const key = this.store.domains.get(domain)?.publicKey ?? "";
    const current = this.keys.has(key) ? this.history.holders.get(key)?.get(custodian) : undefined;
    if (current) return { holder: current, how: "current_key" };
    const here = inDomain.get(domain);
    const earlier = here ? better(elsewhere, here) : elsewhere;
    if (earlier) return { holder: earlier.holder, how: "earlier_key" };
    return copy && { holder: copy.holder, how: "copy" };
  }

  #knower({ custodian, domain, since, until }: Holder, how: HowKnown): Knower {
    const isCustodian = this.store.custodians.has(custodian);
    return { custodian, how, domain, since, until, isCustodian, isOwner: this.#owningNow.has(custodian) };
  }
}

/** What the history itself shows comes before what a branch claims; then the one that lasted longer says when the person was removed. */
function better(known: Candidate | undefined, other: Candidate): Candidate {
  if (!known) return other;
  const weights = [branchOf(known) - branchOf(other), endOf(other) - endOf(known), known.order - other.order];
  return (weights.find((each) => each !== 0 && !Number.isNaN(each)) ?? 0) <= 0 ? known : other;
}

const branchOf = ({ holder }: Candidate): number => (holder.since.branch === undefined ? 0 : 1);
const endOf = ({ holder }: Candidate): number => timeOf(holder.until);

function timeOf(moment: Moment | undefined): number {
  return moment?.time ?? Number.POSITIVE_INFINITY;
}
