import fc from "fast-check";
import { boxId } from "../../../src/store/access/access-history.ts";
import type { Moment, Revision } from "../../../src/store/access/revision.ts";
import type { OpenedValue } from "../../../src/store/access/same-values.ts";
import { audit, auditEntry } from "../../../src/store/audit-log.ts";
import { type Domain, EMPTY_STORE, type StoreData } from "../../../src/store/store-data.ts";

/** A step of a history, in numbers that are read against the commit that it continues. */
export interface Step {
  /** Which commit it continues, counted from the newest. */
  readonly on: number;
  /** The second parent of a merge. */
  readonly with: number;
  readonly kind: number;
  readonly a: number;
  readonly b: number;
}

export const steps = (maxLength: number): fc.Arbitrary<Step[]> =>
  fc.array(fc.record({ on: fc.nat(3), with: fc.nat(6), kind: fc.nat(99), a: fc.nat(20), b: fc.nat(20) }), {
    maxLength,
  });

/** What a box really is. The store has only its name. */
interface Truth {
  readonly value: string;
  readonly key: string;
}

export interface ModelCommit {
  readonly parents: readonly number[];
  readonly store: StoreData;
}

/** A history of stores in which nothing is sealed: each box is a name, and the model knows its value and its key. */
export class ModelHistory {
  readonly commits: ModelCommit[] = [];
  readonly #truth = new Map<string, Truth>();
  #count = 0;

  constructor(all: readonly Step[]) {
    const key = this.#name("key");
    const people = ["ann", "bea", "cyd"];
    this.commits.push({
      parents: [],
      store: {
        custodians: new Map(people.map((name) => [name, `pwdkm-${name}`])),
        domains: new Map([
          ["d1", this.#domain(key, ["ann", "bea"], ["s1", "s2"])],
          ["d2", this.#domain(this.#name("key"), ["bea"], ["s1"])],
        ]),
        auditLog: ["start"],
      },
    });
    for (const step of all) this.#take(step);
  }

  /** The history as the program sees it, oldest first. */
  revisions(): Revision[] {
    return this.commits.map(({ parents, store }, index) => ({
      moment: momentOf(index),
      before: parents.map((parent) => this.#at(parent).store),
      after: store,
    }));
  }

  /** What opening every box shows. */
  opened(): Map<string, OpenedValue> {
    return new Map(
      [...this.#truth].map(
        ([box, { value, key }]) => [boxId(box), { value, shared: value, publicKey: key }] as const,
      ),
    );
  }

  valueOf(box: string): string {
    return this.#truth.get(box)?.value ?? "";
  }

  /** By hand and slowly: everyone who was, in some commit, an owner of a key to which this value was sealed. */
  whoKnows(value: string): Set<string> {
    const known = new Set<string>();
    for (const { store } of this.commits) {
      for (const { secrets } of store.domains.values()) {
        for (const box of secrets.values()) {
          const truth = this.#truth.get(box);
          if (truth?.value !== value) continue;
          for (const other of this.commits) {
            for (const { publicKey, owners } of other.store.domains.values())
              if (publicKey === truth.key) for (const owner of owners.keys()) known.add(owner);
          }
        }
      }
    }
    return known;
  }

  /** The first commit in which some box has this value. */
  since(value: string): number {
    return this.commits.findIndex(({ store }) =>
      [...store.domains.values()].some(({ secrets }) =>
        [...secrets.values()].some((box) => this.valueOf(box) === value),
      ),
    );
  }

  #at(index: number): ModelCommit {
    const commit = this.commits[index];
    if (!commit) throw new Error(`no commit ${index}`);
    return commit;
  }

  #name(what: string): string {
    return `${what}-${this.#count++}`;
  }

  #seal(key: string, value: string): string {
    const box = this.#name("box");
    this.#truth.set(box, { value, key });
    return box;
  }

  #domain(publicKey: string, owners: readonly string[], secrets: readonly string[]): Domain {
    return {
      publicKey,
      owners: new Map(owners.map((name) => [name, this.#name("entry")])),
      secrets: new Map(secrets.map((name) => [name, this.#seal(publicKey, this.#name("value"))])),
    };
  }

  /** The same content under a new key. */
  #rekeyed({ owners, secrets }: Domain, publicKey = this.#name("key")): Domain {
    return {
      publicKey,
      owners: new Map([...owners.keys()].map((name) => [name, this.#name("entry")])),
      secrets: new Map([...secrets].map(([name, box]) => [name, this.#seal(publicKey, this.valueOf(box))])),
    };
  }

  #take({ on, with: other, kind, a, b }: Step): void {
    const last = this.commits.length - 1;
    const parent = Math.max(0, last - on);
    const second = Math.max(0, last - other);
    if (kind < 25 && second !== parent) {
      this.commits.push({ parents: [parent, second], store: this.#merged(parent, second, a) });
      return;
    }
    const { store } = this.#at(parent);
    const domains = [...store.domains.keys()].sort();
    const name = domains[a % Math.max(1, domains.length)];
    const domain = name === undefined ? undefined : store.domains.get(name);
    if (name === undefined || !domain) return;
    const changed = this.#changed(store, name, domain, kind, b);
    if (!changed) return;
    const log = changed.log.map((what) => auditEntry(what, new Date(this.commits.length * 1000)));
    this.commits.push({
      parents: [parent],
      store: { ...store, domains: changed.domains, auditLog: [...store.auditLog, ...log] },
    });
  }

  #changed(
    store: StoreData,
    name: string,
    domain: Domain,
    kind: number,
    b: number,
  ): { domains: Map<string, Domain>; log: string[] } | undefined {
    const domains = new Map(store.domains);
    const secrets = [...domain.secrets.keys()].sort();
    const secret = secrets[b % Math.max(1, secrets.length)];
    const owners = [...domain.owners.keys()].sort();
    const put = (next: Domain, ...log: string[]) => ({ domains: domains.set(name, next), log });
    const withSecret = (as: string, box: string): Domain => ({
      ...domain,
      secrets: new Map(domain.secrets).set(as, box),
    });
    if (kind < 45 && secret !== undefined) {
      const box = this.#seal(domain.publicKey, this.#name("value"));
      return put(withSecret(secret, box), audit.secretUpdated(secret, name));
    }
    if (kind < 52) {
      const fresh = `s${b}`;
      const what = domain.secrets.has(fresh) ? audit.secretSet : audit.secretAdded;
      const box = this.#seal(domain.publicKey, this.#name("value"));
      return put(withSecret(fresh, box), what(fresh, name));
    }
    if (kind < 64) {
      return put(this.#rekeyed(domain), audit.domainRotated(name));
    }
    if (kind < 74) {
      const owner = [...store.custodians.keys()].sort()[b % store.custodians.size] ?? "";
      if (domain.owners.has(owner)) return undefined;
      const next = { ...domain, owners: new Map(domain.owners).set(owner, this.#name("entry")) };
      return put(next, audit.ownerAdded("ann", owner, name));
    }
    if (kind < 84) {
      const owner = owners[b % owners.length] ?? "";
      if (owners.length < 2) return undefined;
      const rest = new Map(domain.owners);
      rest.delete(owner);
      return put({ ...domain, owners: rest }, audit.ownerRemoved(owner, name));
    }
    if (kind < 90 && secret !== undefined) {
      const fresh = `r${this.#count}`;
      const moved = new Map(domain.secrets).set(
        fresh,
        this.#seal(domain.publicKey, this.valueOf(domain.secrets.get(secret) ?? "")),
      );
      moved.delete(secret);
      const log = [audit.secretAdded(fresh, name), audit.secretRemoved(secret, name)];
      return put({ ...domain, secrets: moved }, ...log);
    }
    if (kind < 96) {
      const fresh = `${name}x`;
      if (domains.has(fresh)) return undefined;
      domains.delete(name);
      const next = this.#rekeyed(domain);
      const [first = "", ...others] = [...next.owners.keys()];
      const log = [
        audit.domainCreated(fresh, first),
        ...others.map((owner) => audit.ownerAdded(first, owner, fresh)),
        ...[...next.secrets.keys()].map((each) => audit.secretAdded(each, fresh)),
        audit.domainDeleted(name),
      ];
      return { domains: domains.set(fresh, next), log };
    }
    // A rotation and a new value in one commit.
    const next = this.#rekeyed(domain);
    if (secret === undefined) return undefined;
    const box = this.#seal(next.publicKey, this.#name("value"));
    const both = { ...next, secrets: new Map(next.secrets).set(secret, box) };
    return put(both, audit.domainRotated(name), audit.secretUpdated(secret, name));
  }

  /** Entry by entry from one side or the other; what was sealed to the key that lost is sealed again. */
  #merged(parent: number, second: number, choice: number): StoreData {
    const [ours, theirs] = [this.#at(parent).store, this.#at(second).store];
    const domains = new Map<string, Domain>();
    for (const name of new Set([...ours.domains.keys(), ...theirs.domains.keys()])) {
      const sides = [ours.domains.get(name), theirs.domains.get(name)].filter((each) => each !== undefined);
      const [winner, loser] = choice % 2 === 0 ? sides : sides.toReversed();
      if (!winner) continue;
      const secrets = new Map(winner.secrets);
      const owners = new Map(winner.owners);
      for (const [secret, box] of loser?.secrets ?? []) {
        if (secrets.has(secret) && (choice >> 1) % 2 === 0) continue;
        if (secrets.has(secret) && this.valueOf(secrets.get(secret) ?? "") === this.valueOf(box)) continue;
        const same = loser?.publicKey === winner.publicKey;
        secrets.set(secret, same ? box : this.#seal(winner.publicKey, this.valueOf(box)));
      }
      for (const [owner, entry] of loser?.owners ?? []) {
        if (owners.has(owner)) continue;
        owners.set(owner, loser?.publicKey === winner.publicKey ? entry : this.#name("entry"));
      }
      domains.set(name, { publicKey: winner.publicKey, owners, secrets });
    }
    return {
      ...EMPTY_STORE,
      custodians: new Map([...ours.custodians, ...theirs.custodians]),
      domains,
      auditLog: [...new Set([...ours.auditLog, ...theirs.auditLog])],
    };
  }
}

export function momentOf(index: number): Moment {
  return { commit: `c${index}`, shortId: `c${index}`, time: index * 1000, author: "ann", branch: undefined };
}
