import fc from "fast-check";
import { KeyFile } from "../../src/store/key-file.ts";

/** One operation, in numbers that are read against the store it meets: any sequence makes sense. */
export interface Operation {
  readonly kind: number;
  readonly a: number;
  readonly b: number;
  readonly value: number;
}

export const operations = (maxLength: number): fc.Arbitrary<Operation[]> =>
  fc.array(fc.record({ kind: fc.nat(99), a: fc.nat(99), b: fc.nat(99), value: fc.nat(5) }), { maxLength });

/** A store, the passphrases of its custodians, and the entries that were touched on the way. */
export interface Branch {
  readonly keyFile: KeyFile;
  readonly passphrases: Readonly<Record<string, string>>;
  readonly touched: ReadonlySet<string>;
}

const CUSTODIANS = ["ann", "bea", "cyd"];

/** A raw key's passphrase: no derivation, so thousands of stores cost little. */
export function passphraseOf(name: string, generation: number): string {
  return `P${Buffer.from(`${name}-${generation}`).toString("hex").padEnd(64, "0").slice(0, 64)}P`;
}

/** Three custodians, two domains, a few secrets. */
export function startingPoint(): Branch {
  const passphrases = Object.fromEntries(CUSTODIANS.map((name) => [name, passphraseOf(name, 0)]));
  let keyFile = CUSTODIANS.reduce(
    (file, name) => file.addCustodian({ name, passphrase: passphrases[name] ?? "" }, "raw"),
    KeyFile.create(),
  );
  keyFile = keyFile.addDomain("d1", "ann").addSecret("d1", "s1", "v").addSecret("d1", "s2", "v");
  keyFile = keyFile.addDomain("d2", "bea").addSecret("d2", "s1", "v");
  const ann = keyFile.unlock({ name: "ann", passphrase: passphrases.ann ?? "" });
  if (ann) keyFile = keyFile.addOwner("d1", "bea", ann);
  return { keyFile, passphrases, touched: new Set() };
}

/** The branch after some operations. @param side tells two branches' new values and keys apart */
export function apply(start: Branch, steps: readonly Operation[], side: string): Branch {
  return steps.reduce<Branch>((branch, step) => applyOne(branch, step, side), {
    ...start,
    touched: new Set<string>(),
  });
}

const pick = <T>(items: readonly T[], index: number): T | undefined =>
  items[index % Math.max(1, items.length)];

function applyOne(branch: Branch, { kind, a, b, value }: Operation, side: string): Branch {
  const { keyFile } = branch;
  const { domains, custodians } = keyFile.data;
  const domain = pick([...domains.keys()].sort(), a);
  const custodian = pick([...custodians.keys()].sort(), b);
  const data = domain === undefined ? undefined : domains.get(domain);
  const owner = data && pick([...data.owners.keys()].sort(), b);
  const unlock = (name: string | undefined) =>
    name === undefined ? undefined : keyFile.unlock({ name, passphrase: branch.passphrases[name] ?? "" });
  const done = (next: KeyFile, touched: readonly string[], passphrases = branch.passphrases): Branch => ({
    keyFile: next,
    passphrases,
    touched: new Set([...branch.touched, ...touched]),
  });
  const secret = `s${(b % 5) + 1}`;
  const ownersOf = (name: string) => [...(domains.get(name)?.owners.keys() ?? [])];

  if (kind < 45 && domain !== undefined && data) {
    const text = value < 2 ? "shared" : `${side}${value}`;
    return done(keyFile.setSecret(domain, secret, text), [`secret ${domain}/${secret}`]);
  }
  if (kind < 58 && domain !== undefined && data?.secrets.has(secret)) {
    return done(keyFile.removeSecret(domain, secret), [`secret ${domain}/${secret}`]);
  }
  if (kind < 66 && domain !== undefined && custodian !== undefined && data && !data.owners.has(custodian)) {
    const by = unlock(owner);
    if (by) {
      return done(keyFile.addOwner(domain, custodian, by), [
        `owner ${domain}/${custodian}`,
        `uses ${custodian}`,
      ]);
    }
  }
  if (kind < 73 && domain !== undefined && owner !== undefined && data && data.owners.size > 1) {
    return done(keyFile.removeOwner(domain, owner), [`owner ${domain}/${owner}`, `shrink ${domain}`]);
  }
  if (kind < 80 && domain !== undefined) {
    const by = unlock(owner);
    if (by) {
      const uses = ownersOf(domain).flatMap((name) => [`uses ${name}`, `owner ${domain}/${name}`]);
      return done(keyFile.rotateDomainKey(domain, by), [`domain ${domain}`, ...uses]);
    }
  }
  if (kind < 86 && custodian !== undefined) {
    const who = unlock(custodian);
    if (who) {
      const passphrase = passphraseOf(custodian, side.charCodeAt(0) * 10 + value + 1);
      const owned = keyFile.domainsOf(custodian).map((name) => `owner ${name}/${custodian}`);
      return done(
        keyFile.setCustodianPassphrase(who, passphrase, "raw"),
        [`custodian ${custodian}`, ...owned],
        {
          ...branch.passphrases,
          [custodian]: passphrase,
        },
      );
    }
  }
  if (kind < 90 && custodian !== undefined) {
    const name = `d${(a % 4) + 3}`;
    if (!domains.has(name))
      return done(keyFile.addDomain(name, custodian), [`domain ${name}`, `uses ${custodian}`]);
  }
  if (kind < 94 && domain !== undefined && domains.size > 1) {
    const uses = ownersOf(domain).map((name) => `owner ${domain}/${name}`);
    return done(keyFile.removeDomain(domain), [`domain ${domain}`, ...uses]);
  }
  if (kind < 97) {
    const name = `new-${a % 2}`;
    if (!custodians.has(name)) {
      const passphrase = passphraseOf(name, side.charCodeAt(0));
      const next = keyFile.addCustodian({ name, passphrase }, "raw");
      return done(next, [`custodian ${name}`], { ...branch.passphrases, [name]: passphrase });
    }
  }
  if (custodian !== undefined && keyFile.domainsOf(custodian).every((name) => ownersOf(name).length > 1)) {
    const owned = keyFile
      .domainsOf(custodian)
      .flatMap((name) => [`owner ${name}/${custodian}`, `shrink ${name}`]);
    return done(keyFile.removeCustodian(custodian), [`custodian ${custodian}`, ...owned]);
  }
  return branch;
}

/** Whether two sides touched no entry in common: then nothing may be reported. */
export function areDisjoint(ours: ReadonlySet<string>, theirs: ReadonlySet<string>): boolean {
  return ![...ours].some((token) => [...theirs].some((other) => meet(token, other) || meet(other, token)));
}

function meet(token: string, other: string): boolean {
  if (token === other) return !token.startsWith("uses ");
  const [kind, name = ""] = token.split(/ (.*)/s);
  if (kind === "domain") {
    return (
      other.startsWith(`secret ${name}/`) || other.startsWith(`owner ${name}/`) || other === `shrink ${name}`
    );
  }
  return kind === "custodian" && other === `uses ${name}`;
}
