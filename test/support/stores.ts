import type { KeyDerivation } from "../../src/crypto/key-derivation.ts";
import type { Creds } from "../../src/store/credentials.ts";
import type { UnlockedCustodian } from "../../src/store/custodian.ts";
import { KeyFile } from "../../src/store/key-file.ts";
import { findDomain } from "../../src/store/lookup.ts";

/** The least that Argon2id can do: what it protects are test data. */
export const CHEAP: KeyDerivation = { kind: "argon2id", cost: { opslimit: 1, memlimit: 8192 } };

export const ALICE: Creds = { name: "alice@example.com", passphrase: "alice-pw" };
export const BOB: Creds = { name: "bob@example.com", passphrase: "bob-pw" };
/** The moment at which every change of a test is made. */
export const NOW = new Date("2026-02-03T04:05:06.789Z");

/** The custodian, unlocked. @throws when the credentials are wrong */
export function unlocked(file: KeyFile, creds: Creds): UnlockedCustodian {
  const custodian = file.unlock(creds);
  if (!custodian) throw new Error(`cannot unlock ${creds.name}`);
  return custodian;
}

/**
 * A store with alice and bob; `dev` with the secrets `api-key` and `db-password`, owned by both, and `prod`
 * with `token`, owned by alice.
 */
export function sampleStore(): KeyFile {
  const empty = KeyFile.create(NOW)
    .addCustodian(ALICE, CHEAP, NOW)
    .addCustodian(BOB, CHEAP, NOW)
    .addDomain("dev", ALICE.name, NOW)
    .addDomain("prod", ALICE.name, NOW)
    .addSecret("dev", "api-key", "dev-api-key", NOW)
    .addSecret("dev", "db-password", 'it\'s "dev" $HOME', NOW)
    .addSecret("prod", "token", "prod-token", NOW);
  return empty.addOwner("dev", BOB.name, unlocked(empty, ALICE), NOW);
}

/** What exec notes of the secrets of `dev` in {@link sampleStore}. */
export const NAMES_NOTE =
  "note: shells cannot use variables named api-key, db-password; with --uppercase: API_KEY\n";

/** {@link sampleStore} with a domain of each of these names, whatever they are, in place of its own. */
export function storeOfDomains(names: readonly string[]): string {
  const { data } = sampleStore();
  const dev = findDomain(data, "dev");
  return KeyFile.from({ ...data, domains: new Map(names.map((name) => [name, dev])) }).toString();
}

/** What a custodian reads in a domain, as a plain object. */
export function secretsOf(file: KeyFile, domain: string, creds: Creds): Record<string, string> {
  return Object.fromEntries(file.decryptDomain(domain, unlocked(file, creds)));
}
