import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { KeyDerivation } from "../crypto/key-derivation.ts";
import { audit, auditEntry, truncateLog } from "./audit-log.ts";
import type { Creds } from "./credentials.ts";
import { createCustodian, type KeyType, type UnlockedCustodian, unlockCustodian } from "./custodian.ts";
import { openDomainKey, openSecret, sealSecret } from "./domain.ts";
import { checkNewCustodianName, checkNewDomainName, checkNewSecretName } from "./format/names.ts";
import { parseStore } from "./format/parse.ts";
import { validated } from "./format/validated.ts";
import { writeStore } from "./format/yaml-writer.ts";
import { domainsOf, findCustodian, findDomain, findSecret, refuseExistingSecret } from "./lookup.ts";
import { openSecrets } from "./many-secrets.ts";
import { neededEntries } from "./needed-entries.ts";
import { openTexts } from "./open-places.ts";
import { domainOwnedBy, domainsWithoutOwner, grantedTo, rekeyedDomain, withoutOwner } from "./owners.ts";
import { replaceKeyMaterial } from "./replace-key-material.ts";
import { type Domain, EMPTY_STORE, type StoreData, withEntry, withoutEntry } from "./store-data.ts";
import { refuseSharedKey } from "./trust/shared-keys.ts";

/**
 * A secret store in memory. It is immutable: each change returns a new KeyFile with an entry more in its audit log.
 * Operations that take an {@link UnlockedCustodian} need credentials; anyone who has the file can do the rest.
 *
 * Every KeyFile is a valid store: its data comes from {@link KeyFile.parse}, or was checked by {@link KeyFile.from}.
 * The parameter `now` is the time of the new audit log entry.
 */
export class KeyFile {
  readonly data: StoreData;

  private constructor(data: StoreData) {
    this.data = data;
  }

  /** Creates a store without custodians and domains. */
  static create(now = new Date()): KeyFile {
    return new KeyFile({ ...EMPTY_STORE, auditLog: [auditEntry(audit.created(), now)] });
  }

  /**
   * Parses and validates a store.
   *
   * @param content the file's content, as bytes or as their text
   * @param file the file's name, for messages
   * @throws InvalidStoreError, UnresolvedMergeError
   */
  static parse(content: Uint8Array | string, file: string): KeyFile {
    return new KeyFile(parseStore(content, file));
  }

  /**
   * Makes a store from its data, validated as if read from a file.
   * @throws InvalidStoreError
   */
  static from(data: StoreData): KeyFile {
    return new KeyFile(validated(data));
  }

  /** The canonical text of the file (FORMAT.md). */
  toString(): string {
    return writeStore(this.data);
  }

  /**
   * Verifies credentials. Derives a key, which takes about half a second for a `hard` key: do it once.
   * @returns `undefined` when the custodian is unknown or the passphrase is wrong
   */
  unlock(creds: Creds): UnlockedCustodian | undefined {
    const pwdkm = this.data.custodians.get(creds.name);
    return pwdkm === undefined ? undefined : unlockCustodian(creds, pwdkm);
  }

  /** Names of the domains that a custodian owns, in the order of the file. */
  domainsOf(custodian: string): string[] {
    return domainsOf(this.data, custodian);
  }

  /**
   * Decrypts every secret of a domain.
   *
   * @returns plaintext values by name
   * @throws PprotectError `no_such_domain`, `not_owner`, `cannot_open`
   */
  decryptDomain(domain: string, owner: UnlockedCustodian): Map<string, string> {
    const data = findDomain(this.data, domain);
    const key = openDomainKey(domain, data, owner);
    const names = [...data.secrets.keys()];
    const values = openSecrets({ names, sealed: [...data.secrets.values()] }, { name: domain, key });
    return new Map(names.map((name, at) => [name, values[at] ?? ""]));
  }

  /**
   * Decrypts the chosen secrets and no others. Each domain's key is opened once.
   *
   * @returns the choices in the same order, each with its plaintext value
   * @throws PprotectError `no_such_domain`, `no_such_secret`, `shared_key`, `not_owner`, `cannot_open`
   */
  decryptSecrets<Choice extends { readonly domain: string; readonly name: string }>(
    choices: readonly Choice[],
    owner: UnlockedCustodian,
  ): (Choice & { readonly value: string })[] {
    const values = openTexts(this.data, choices, owner);
    return choices.map((choice, at) => ({ ...choice, value: values[at] ?? "" }));
  }

  /**
   * Decrypts one secret and no others.
   * @throws PprotectError `no_such_domain`, `no_such_secret`, `not_owner`, `cannot_open`
   */
  decryptSecret(domain: string, secret: string, owner: UnlockedCustodian): string {
    const data = findDomain(this.data, domain);
    const sealed = findSecret(domain, data, secret);
    return openSecret(sealed, openDomainKey(domain, data, owner), { domain, secret });
  }

  /**
   * Adds an empty domain with a new key pair and one owner.
   * @throws PprotectError `domain_exists`, `invalid_name`, `no_such_custodian`
   */
  addDomain(name: string, owner: string, now = new Date()): KeyFile {
    checkNewDomainName(name);
    if (this.data.domains.has(name)) {
      throw new PprotectError("domain_exists", `domain "${displayName(name)}" already exists`);
    }
    const { domain, entries } = domainOwnedBy(this.data, name, owner);
    return this.#withDomain(name, domain, entries, now);
  }

  /** Removes a domain and its secrets. @throws PprotectError `no_such_domain` */
  removeDomain(name: string, now = new Date()): KeyFile {
    findDomain(this.data, name);
    return this.#with({ domains: withoutEntry(this.data.domains, name) }, [audit.domainDeleted(name)], now);
  }

  /**
   * Replaces a domain's key pair and seals everything in it again.
   * @param leftOut owners who do not get the new key; each is logged as removed
   * @throws PprotectError `not_owner`, `cannot_open`
   */
  rotateDomainKey(
    name: string,
    owner: UnlockedCustodian,
    now = new Date(),
    leftOut: readonly string[] = [],
  ): KeyFile {
    const { domain, entries } = rekeyedDomain(this.data, name, owner, leftOut);
    return this.#withDomain(name, domain, entries, now);
  }

  /** Adds a secret. @throws PprotectError `no_such_domain`, `secret_exists`, `shared_key`, `invalid_name`, `invalid_value` */
  addSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    refuseExistingSecret(this.data, domain, secret);
    return this.#withSecret(domain, secret, value, audit.secretAdded(secret, domain), now);
  }

  /** Changes a secret's value. @throws PprotectError `no_such_domain`, `no_such_secret`, `invalid_value` */
  updateSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    findSecret(domain, findDomain(this.data, domain), secret);
    return this.#withSecret(domain, secret, value, audit.secretUpdated(secret, domain), now);
  }

  /** Adds a secret or changes its value. @throws PprotectError `no_such_domain`, `shared_key`, `invalid_name`, `invalid_value` */
  setSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    return this.#withSecret(domain, secret, value, audit.secretSet(secret, domain), now);
  }

  /** Removes a secret. @throws PprotectError `no_such_domain`, `no_such_secret` */
  removeSecret(domain: string, secret: string, now = new Date()): KeyFile {
    const data = findDomain(this.data, domain);
    findSecret(domain, data, secret);
    const without = { ...data, secrets: withoutEntry(data.secrets, secret) };
    return this.#withDomain(domain, without, audit.secretRemoved(secret, domain), now);
  }

  /**
   * Gives a custodian a copy of the domain's private key.
   * @throws PprotectError `owner_exists`, `shared_key`, `no_such_domain`, `no_such_custodian`, `not_owner`, `cannot_open`
   */
  addOwner(domain: string, newOwner: string, by: UnlockedCustodian, now = new Date()): KeyFile {
    const granted = grantedTo(this.data, domain, newOwner, by);
    return this.#withDomain(domain, granted.domain, granted.entries, now);
  }

  /** Adds `newOwner` to every domain that `by` owns and `newOwner` does not. @throws as {@link addOwner} */
  migrateOwner(newOwner: string, by: UnlockedCustodian, now = new Date()): KeyFile {
    findCustodian(this.data, newOwner);
    return this.domainsOf(by.name)
      .filter((domain) => !findDomain(this.data, domain).owners.has(newOwner))
      .reduce<KeyFile>((file, domain) => file.addOwner(domain, newOwner, by, now), this);
  }

  /**
   * Removes an owner of a domain. Someone who has the domain's key keeps it: to end access, rotate the key and change
   * the values.
   *
   * @throws PprotectError `no_such_owner`, `last_owner`, `no_such_domain`
   */
  removeOwner(domain: string, owner: string, now = new Date()): KeyFile {
    const data = withoutOwner(this.data, domain, owner);
    return this.#withDomain(domain, data, audit.ownerRemoved(owner, domain), now);
  }

  /**
   * Adds a key custodian.
   *
   * @param derivation a key type, or another cost
   * @throws PprotectError `custodian_exists`, `invalid_name`, `invalid_passphrase`; `usage` when the cost is out of bounds
   */
  addCustodian(creds: Creds, derivation: KeyType | KeyDerivation = "hard", now = new Date()): KeyFile {
    checkNewCustodianName(creds.name);
    if (this.data.custodians.has(creds.name)) {
      throw new PprotectError("custodian_exists", `key custodian ${displayName(creds.name)} already exists`);
    }
    const { pwdkm } = createCustodian(creds, derivation);
    const raw = derivation === "raw" || (typeof derivation === "object" && derivation.kind === "raw");
    return this.#with(
      { custodians: withEntry(this.data.custodians, creds.name, pwdkm) },
      [audit.custodianCreated(creds.name, raw)],
      now,
    );
  }

  /**
   * Removes a custodian, and its owner entry in every domain.
   * @throws PprotectError `last_owner`, `no_such_custodian`
   */
  removeCustodian(name: string, now = new Date()): KeyFile {
    findCustodian(this.data, name);
    const owned = this.domainsOf(name);
    const domains = domainsWithoutOwner(this.data, name);
    return this.#with(
      { domains, custodians: withoutEntry(this.data.custodians, name) },
      [audit.custodianRemoved(name, owned)],
      now,
    );
  }

  /**
   * Replaces a custodian's key pair by one derived from a new passphrase, and re-seals its copies of domain keys to it.
   * @throws PprotectError `no_such_custodian`, `wrong_credentials`, `invalid_passphrase`, `cannot_open`; `usage` when the
   *   cost is out of bounds
   */
  setCustodianPassphrase(
    custodian: UnlockedCustodian,
    passphrase: string,
    derivation: KeyType | KeyDerivation = "hard",
    now = new Date(),
  ): KeyFile {
    return this.#withNewKeyMaterial(custodian, passphrase, derivation, audit.passphraseUpdated, now);
  }

  /** {@link setCustodianPassphrase} with another key type. Only the audit log entry differs. */
  rekeyCustodian(
    custodian: UnlockedCustodian,
    passphrase: string,
    derivation: KeyType | KeyDerivation = "hard",
    now = new Date(),
  ): KeyFile {
    return this.#withNewKeyMaterial(custodian, passphrase, derivation, audit.custodianRekeyed, now);
  }

  /**
   * Keeps the last `keep` entries of the audit log, after an entry with the number of those removed.
   * @throws PprotectError `usage` when `keep` is not a natural number
   */
  truncateAuditLog(keep: number): KeyFile {
    return new KeyFile({
      ...this.data,
      auditLog: truncateLog(this.data.auditLog, keep, neededEntries(this.data)),
    });
  }

  #withNewKeyMaterial(
    custodian: UnlockedCustodian,
    passphrase: string,
    derivation: KeyType | KeyDerivation,
    entry: (name: string, domains: readonly string[]) => string,
    now: Date,
  ): KeyFile {
    const { custodians, domains, owned, proofs } = replaceKeyMaterial(
      this.data,
      custodian,
      passphrase,
      derivation,
    );
    return this.#with({ custodians, domains }, [entry(custodian.name, owned), ...proofs], now);
  }

  #withSecret(domain: string, secret: string, value: string, entry: string, now: Date): KeyFile {
    checkNewSecretName(this.data, secret);
    const data = findDomain(this.data, domain);
    refuseSharedKey(this.data, domain);
    const sealed = sealSecret(data, value);
    const changed = { ...data, secrets: withEntry(data.secrets, secret, sealed) };
    return this.#withDomain(domain, changed, entry, now);
  }

  #withDomain(name: string, domain: Domain, entries: string | readonly string[], now: Date): KeyFile {
    return this.#with({ domains: withEntry(this.data.domains, name, domain) }, [entries].flat(), now);
  }

  #with(changes: Partial<StoreData>, entries: readonly string[], now: Date): KeyFile {
    return new KeyFile({
      ...this.data,
      ...changes,
      auditLog: [...this.data.auditLog, ...entries.map((entry) => auditEntry(entry, now))],
    });
  }
}
