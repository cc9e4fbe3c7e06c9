import type { PrivateKey } from "../../src/crypto/x25519/private-key.ts";
import type { Creds } from "../../src/store/credentials.ts";
import { createCustodian, type UnlockedCustodian } from "../../src/store/custodian.ts";
import { createDomain, openDomainKey, sealDomainKey } from "../../src/store/domain.ts";
import { openValue } from "../../src/store/format/sealed-value.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import type { Domain, StoreData } from "../../src/store/store-data.ts";

/** A custodian whose passphrase is a raw key: nothing is derived. */
function person(name: string, digit: string): Creds {
  return { name: `${name}@example.com`, passphrase: `P${digit.repeat(64)}P` };
}

export const ALICE = person("alice", "a");
export const BOB = person("bob", "b");
export const CAROL = person("carol", "c");
export const MALLORY = person("mallory", "e");
/** A second passphrase of alice's, or of bob's. */
export const OTHER_PASSPHRASE = `P${"d".repeat(64)}P`;

export const PASSPHRASES: Readonly<Record<string, string>> = Object.fromEntries(
  [ALICE, BOB, CAROL, MALLORY].map(({ name, passphrase }) => [name, passphrase]),
);

let seconds = 0;

/** A later second at each call: two entries of an audit log are never equal. */
export function tick(): Date {
  return new Date(Date.UTC(2026, 0, 1) + ++seconds * 1000);
}

export function unlocked(keyFile: KeyFile, creds: Creds): UnlockedCustodian {
  const custodian = keyFile.unlock(creds);
  if (!custodian) throw new Error(`cannot unlock ${creds.name}`);
  return custodian;
}

/** Custodians alice, bob and carol; `prod`, owned by alice and bob, with `db` and `leaked`; `dev`, owned by carol. */
export function teamStore(): KeyFile {
  const custodians = [ALICE, BOB, CAROL].reduce(
    (file, creds) => file.addCustodian(creds, "raw", tick()),
    KeyFile.create(tick()),
  );
  const domains = custodians
    .addDomain("prod", ALICE.name, tick())
    .addSecret("prod", "db", "db-value", tick())
    .addSecret("prod", "leaked", "leaked-value", tick())
    .addDomain("dev", CAROL.name, tick());
  return domains.addOwner("prod", BOB.name, unlocked(domains, ALICE), tick());
}

export function rotated(keyFile: KeyFile, creds = ALICE, domain = "prod"): KeyFile {
  return keyFile.rotateDomainKey(domain, unlocked(keyFile, creds), tick());
}

export function domainOf({ data }: KeyFile, name = "prod"): Domain {
  const domain = data.domains.get(name);
  if (!domain) throw new Error(`no domain ${name}`);
  return domain;
}

/** Writes anything into a store, as anyone can who may write the file. */
export function edited(keyFile: KeyFile, changes: Partial<StoreData>, log: readonly string[] = []): KeyFile {
  const entries = log.map((what) => `${tick().toISOString().slice(0, 19)}Z -- ${what}`);
  return KeyFile.from({ ...keyFile.data, auditLog: [...keyFile.data.auditLog, ...entries], ...changes });
}

/** A key pair that mallory made for `prod`, with copies for its owners, and the private key that she keeps. */
export function stolenKey(keyFile: KeyFile): { domain: Domain; privateKey: PrivateKey } {
  const mallory = createCustodian(MALLORY, "raw");
  const { publicKey, owners } = createDomain(MALLORY.name, mallory.pwdkm);
  const privateKey = openDomainKey("prod", { publicKey, owners, secrets: new Map() }, mallory.unlocked);
  const copies = [...domainOf(keyFile).owners.keys()].map(
    (name) => [name, sealDomainKey(privateKey, keyFile.data.custodians.get(name) ?? "")] as const,
  );
  return { domain: { publicKey, owners: new Map(copies), secrets: new Map() }, privateKey };
}

/** The names of the secrets that a private key opens. */
export function openedBy(privateKey: PrivateKey, secrets: ReadonlyMap<string, string>): string[] {
  return [...secrets]
    .filter(([, sealed]) => openValue(sealed, privateKey) !== undefined)
    .map(([name]) => name);
}
