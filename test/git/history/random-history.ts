import fc from "fast-check";
import { mergeCredentials } from "../../../src/git/merge/merge-credentials.ts";
import { mergeStores } from "../../../src/git/merge/merge-stores.ts";
import type { Revision } from "../../../src/store/access/revision.ts";
import type { UnlockedCustodian } from "../../../src/store/custodian.ts";
import { KeyFile } from "../../../src/store/key-file.ts";
import { moveSecret, renameDomain } from "../../../src/store/renaming.ts";
import { EMPTY_STORE } from "../../../src/store/store-data.ts";
import { momentOf } from "../../store/access/model.ts";
import { ALICE, BOB, CHEAP, unlocked } from "../../support/stores.ts";

const CYD = { name: "cyd@example.com", passphrase: "cyd-pw" };
const PEOPLE = [ALICE, BOB, CYD];

/** A step of a history, in numbers that are read against the commits before. */
export interface Step {
  readonly on: number;
  readonly with: number;
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  /** The author's and committer's time, s since 1970: as anyone may claim. */
  readonly time: number;
  /** Whether a branch keeps the commit. */
  readonly isKept: boolean;
}

export const STEPS: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    ...{ on: fc.nat(2), with: fc.nat(4), kind: fc.nat(99), a: fc.nat(20), b: fc.nat(20) },
    time: fc.oneof(fc.constantFrom(0, 1, 4_000_000_000), fc.integer({ min: 1.6e9, max: 1.9e9 })),
    isKept: fc.boolean(),
  }),
  { maxLength: 14, size: "max" },
);

/** Steps after which only opening the values shows which are the same: a revert, and a value that is entered again. */
export function isAmbiguous(kind: number): boolean {
  return (kind >= 30 && kind < 36) || (kind >= 56 && kind < 60);
}

interface Commit {
  readonly parents: readonly number[];
  readonly file: KeyFile;
  readonly time: number;
  readonly isKept: boolean;
}

/** A history of real stores: with merges of two and three, criss-cross, cherry-picks, reverts, rebases and two roots. */
export class RandomHistory {
  readonly commits: Commit[] = [];
  readonly alice: UnlockedCustodian;
  #count = 0;

  constructor(steps: readonly Step[]) {
    const people = PEOPLE.reduce(
      (file, creds) => file.addCustodian(creds, CHEAP, this.#now()),
      KeyFile.create(),
    );
    this.alice = unlocked(people, ALICE);
    const first = this.#filled(people, "d1").addOwner("d1", BOB.name, this.alice, this.#now());
    this.commits.push({ parents: [], file: this.#filled(first, "d2"), time: 1.7e9, isKept: true });
    for (const step of steps) this.#take(step);
  }

  get head(): KeyFile {
    const last = this.commits.at(-1);
    if (!last) throw new Error("no commit");
    return last.file;
  }

  /** The history for `git fast-import`. */
  toString(): string {
    const commits = this.commits.map(({ parents, file, time }, index) => {
      const text = file.toString();
      const from = parents.map((parent, at) => `${at === 0 ? "from" : "merge"} :${parent + 1}\n`).join("");
      const committer = `committer Ann <ann@example.com> ${time} +0000\ndata 1\nx\n`;
      const blob = `M 100644 inline protected.yaml\ndata ${Buffer.byteLength(text)}\n${text}\n`;
      return `commit refs/none/c${index}\nmark :${index + 1}\n${committer}${from}${blob}`;
    });
    const kept = this.#kept().map(
      (index) =>
        `reset refs/heads/${index === this.commits.length - 1 ? "main" : `b${index}`}\nfrom :${index + 1}\n\n`,
    );
    const gone = this.commits.map((_, index) => `reset refs/none/c${index}\nfrom ${"0".repeat(40)}\n\n`);
    return [...commits, ...kept, ...gone].join("");
  }

  /** The commits that a branch reaches, as the program sees them, parents before children. */
  revisions(): Revision[] {
    return [...this.#reachable()]
      .sort((one, other) => one - other)
      .map((index) => {
        const { parents, file, time } = this.#at(index);
        const moment = { ...momentOf(index), time: time * 1000 };
        return { moment, before: parents.map((parent) => this.#at(parent).file.data), after: file.data };
      });
  }

  /** By opening everything: who owned, in some commit of some branch, a key to which a value was ever sealed. */
  whoKnows(): (value: string) => string[] {
    const owners = new Map<string, Set<string>>();
    const keys = new Map<string, Set<string>>();
    for (const index of this.#reachable()) {
      const { file } = this.#at(index);
      for (const [name, { publicKey, owners: named }] of file.data.domains) {
        owners.set(publicKey, new Set([...(owners.get(publicKey) ?? []), ...named.keys()]));
        for (const value of file.decryptDomain(name, this.alice).values())
          keys.set(value, (keys.get(value) ?? new Set()).add(publicKey));
      }
    }
    return (value) =>
      [...new Set([...(keys.get(value) ?? [])].flatMap((key) => [...(owners.get(key) ?? [])]))].sort();
  }

  #kept(): number[] {
    return this.commits.flatMap(({ isKept }, index) =>
      isKept || index === this.commits.length - 1 ? [index] : [],
    );
  }

  #reachable(): Set<number> {
    const found = new Set(this.#kept());
    for (const index of found) for (const parent of this.#at(index).parents) found.add(parent);
    return found;
  }

  #at(index: number): Commit {
    const commit = this.commits[index];
    if (!commit) throw new Error(`no commit ${index}`);
    return commit;
  }

  /** Each change has a second of its own, as in a log of people. */
  #now(): Date {
    return new Date(1.7e12 + 1000 * this.#count++);
  }

  #value(): string {
    return `value-number-${this.#count++}`;
  }

  #filled(file: KeyFile, domain: string): KeyFile {
    return file
      .addDomain(domain, ALICE.name, this.#now())
      .addSecret(domain, "s1", this.#value(), this.#now())
      .addSecret(domain, "s2", this.#value(), this.#now());
  }

  #take(step: Step): void {
    const made = this.#made(step);
    if (made?.file) this.commits.push({ ...made, file: made.file, time: step.time, isKept: step.isKept });
  }

  #made({ on, with: other, kind, a, b }: Step) {
    const last = this.commits.length - 1;
    const parent = Math.max(0, last - on);
    const second = Math.max(0, last - other);
    const third = Math.max(0, last - a);
    const { file } = this.#at(parent);
    if (kind < 20 && second === parent) return undefined;
    if (kind < 20) return { parents: [parent, second], file: this.#merged(parent, second, a) };
    if (kind < 24) {
      const two = this.#merged(parent, second, b);
      if (new Set([parent, second, third]).size < 3 || !two) return undefined;
      const three = this.#merge(this.#at(0).file, two, this.#at(third).file, b);
      return { parents: [parent, second, third], file: three };
    }
    const [before] = this.#at(second).parents;
    if (kind < 36 && before !== undefined) {
      // A cherry-pick, of which a rebase is made too, or a revert.
      const [from, to] = kind < 30 ? [before, second] : [second, before];
      return { parents: [parent], file: this.#merge(this.#at(from).file, file, this.#at(to).file, a) };
    }
    if (kind < 38) {
      const root = KeyFile.from({ ...file.data, domains: new Map() });
      return { parents: [], file: this.#filled(root, `r${a % 2}`) };
    }
    return { parents: [parent], file: this.#changed(file, kind, a, b) };
  }

  #changed(file: KeyFile, kind: number, a: number, b: number): KeyFile | undefined {
    const domains = [...file.data.domains.keys()].sort();
    const name = domains[a % Math.max(1, domains.length)];
    const domain = name === undefined ? undefined : file.data.domains.get(name);
    if (name === undefined || !domain) return undefined;
    const secret = [...domain.secrets.keys()].sort()[b % Math.max(1, domain.secrets.size)];
    const now = this.#now();
    if (secret === undefined) return undefined;
    if (kind < 56) return file.updateSecret(name, secret, this.#value(), now);
    if (kind < 60) return file.updateSecret(name, secret, this.#someValue(a + b), now);
    if (kind < 72) return file.rotateDomainKey(name, this.alice, now);
    const [, bob, cyd] = PEOPLE;
    const person = (b % 2 === 0 ? bob : cyd)?.name ?? "";
    if (kind < 80)
      return domain.owners.has(person) ? undefined : file.addOwner(name, person, this.alice, now);
    if (kind < 88) return domain.owners.has(person) ? file.removeOwner(name, person, now) : undefined;
    if (kind < 94) {
      const elsewhere = domains[b % domains.length] ?? name;
      if (elsewhere !== name && file.data.domains.get(elsewhere)?.secrets.has(secret)) return undefined;
      const to = { domain: elsewhere, secret: elsewhere === name ? `m${this.#count}` : secret };
      return moveSecret(file, { domain: name, secret }, to, this.alice, now);
    }
    const owners = [...domain.owners.keys()];
    return file.data.domains.has(`${name}x`)
      ? undefined
      : renameDomain(file, name, `${name}x`, this.alice, owners, now);
  }

  /** A value that some secret had before. */
  #someValue(choice: number): string {
    const values = this.commits.flatMap(({ file }) =>
      [...file.data.domains.keys()].flatMap((name) => [...file.decryptDomain(name, this.alice).values()]),
    );
    return values[choice % values.length] ?? this.#value();
  }

  #merged(one: number, other: number, choice: number): KeyFile | undefined {
    const ancestors = this.#ancestors(one);
    const base = [...this.#ancestors(other)].filter((each) => ancestors.has(each)).sort((x, y) => y - x)[0];
    const common = base === undefined ? KeyFile.from(EMPTY_STORE) : this.#at(base).file;
    return this.#merge(common, this.#at(one).file, this.#at(other).file, choice);
  }

  #ancestors(index: number): Set<number> {
    const found = new Set([index]);
    for (const each of found) for (const parent of this.#at(each).parents) found.add(parent);
    return found;
  }

  /** As the merge driver would do it, with alice's credentials and a decision about each conflict. */
  #merge(base: KeyFile, ours: KeyFile, theirs: KeyFile, choice: number): KeyFile | undefined {
    const versions = { base: base.data, ours: ours.data, theirs: theirs.data };
    const { store, conflicts } = mergeStores(
      versions,
      {
        credentials: mergeCredentials(ALICE, versions),
        trust: { trusts: () => true, trustsCustodian: () => true, trustsOwner: () => true },
        decide: () => (choice % 2 === 0 ? "ours" : "theirs"),
      },
      this.#now(),
    );
    const file = KeyFile.from(store);
    const isWhole = [...store.domains.values()].every(({ owners }) => owners.has(ALICE.name));
    return conflicts.length > 0 || !isWhole ? undefined : file;
  }
}
