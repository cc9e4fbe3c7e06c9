import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { KeyDerivation } from "../crypto/key-derivation.ts";
import type { PrivateKey } from "../crypto/x25519/private-key.ts";
import { audit, auditEntry, truncateLog } from "./audit-log.ts";
import type { Creds } from "./credentials.ts";
import { createCustodian, type KeyType, type UnlockedCustodian, unlockCustodian } from "./custodian.ts";
import {
  createDomain,
  openDomainKey,
  openSecret,
  rotateDomain,
  sealDomainKey,
  sealSecret,
  withOwner,
} from "./domain.ts";
import { checkNewCustodianName, checkNewDomainName, checkSecretName } from "./format/names.ts";
import { parseStore } from "./format/parse.ts";
import { writeStore } from "./format/yaml-writer.ts";
import { findCustodian, findDomain, findSecret, refuseExistingSecret } from "./lookup.ts";
import { type Domain, EMPTY_STORE, type StoreData, withEntry, withoutEntry } from "./store-data.ts";

/**
 * A secret store in memory. Never changed: each operation returns a new KeyFile with its audit log entry.
 * What takes an {@link UnlockedCustodian} needs credentials; everything else anyone with the file can do.
 */
export class KeyFile {
  readonly data: StoreData;

  constructor(data: StoreData) {
    this.data = data;
  }

  /** A new store without custodians or domains. */
  static create(now = new Date()): KeyFile {
    return new KeyFile({ ...EMPTY_STORE, auditLog: [auditEntry(audit.created(), now)] });
  }

  /**
   * @param bytes the file's content
   * @param file its name, for messages
   * @throws InvalidStoreError, UnresolvedMergeError
   */
  static parse(bytes: Uint8Array, file: string): KeyFile {
    return new KeyFile(parseStore(bytes, file));
  }

  /** The file's canonical text (FORMAT.md). */
  toString(): string {
    return writeStore(this.data);
  }

  /**
   * Verifies credentials: the command's one key derivation.
   * @returns `undefined` when the custodian is unknown or the passphrase wrong: the two look alike
   */
  unlock(creds: Creds): UnlockedCustodian | undefined {
    const pwdkm = this.data.custodians.get(creds.name);
    return pwdkm === undefined ? undefined : unlockCustodian(creds, pwdkm);
  }

  /** Names of the domains that a custodian owns, in the file's order. */
  domainsOf(custodian: string): string[] {
    return [...this.data.domains].filter(([, domain]) => domain.owners.has(custodian)).map(([name]) => name);
  }

  /** Every secret of a domain in the clear, by name. @throws PprotectError `not_owner`, `cannot_open` */
  decryptDomain(domain: string, owner: UnlockedCustodian): Map<string, string> {
    const data = findDomain(this.data, domain);
    const key = openDomainKey(domain, data, owner);
    return new Map(
      [...data.secrets].map(([secret, sealed]) => [secret, openSecret(sealed, key, { domain, secret })]),
    );
  }

  /**
   * The chosen secrets in the clear, each with its value, in the same order. No other is opened, and each
   * domain's key once.
   *
   * @throws PprotectError `no_such_domain`, `no_such_secret`, `not_owner`, `cannot_open`
   */
  decryptSecrets<Choice extends { readonly domain: string; readonly name: string }>(
    choices: readonly Choice[],
    owner: UnlockedCustodian,
  ): (Choice & { readonly value: string })[] {
    const keys = new Map<string, PrivateKey>();
    return choices.map((choice) => {
      const { domain, name: secret } = choice;
      const data = findDomain(this.data, domain);
      const sealed = findSecret(domain, data, secret);
      const key = keys.get(domain) ?? openDomainKey(domain, data, owner);
      keys.set(domain, key);
      return { ...choice, value: openSecret(sealed, key, { domain, secret }) };
    });
  }

  /** One secret in the clear; no other is opened. @throws PprotectError `no_such_secret`, `not_owner`, `cannot_open` */
  decryptSecret(domain: string, secret: string, owner: UnlockedCustodian): string {
    const data = findDomain(this.data, domain);
    const sealed = findSecret(domain, data, secret);
    return openSecret(sealed, openDomainKey(domain, data, owner), { domain, secret });
  }

  addDomain(name: string, owner: string, now = new Date()): KeyFile {
    checkNewDomainName(name);
    if (this.data.domains.has(name)) {
      throw new PprotectError("domain_exists", `domain "${displayName(name)}" exists already`);
    }
    const domain = createDomain(owner, findCustodian(this.data, owner));
    return this.#withDomain(name, domain, audit.domainCreated(name, owner), now);
  }

  removeDomain(name: string, now = new Date()): KeyFile {
    findDomain(this.data, name);
    return this.#with({ domains: withoutEntry(this.data.domains, name) }, audit.domainDeleted(name), now);
  }

  /** Replaces a domain's key pair and seals everything in it anew. */
  rotateDomainKey(name: string, owner: UnlockedCustodian, now = new Date()): KeyFile {
    const domain = findDomain(this.data, name);
    const key = openDomainKey(name, domain, owner);
    const rotated = rotateDomain(name, domain, key, (custodian) => findCustodian(this.data, custodian));
    return this.#withDomain(name, rotated, audit.domainRotated(name), now);
  }

  /** @throws PprotectError `secret_exists` */
  addSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    refuseExistingSecret(this.data, domain, secret);
    return this.#withSecret(domain, secret, value, audit.secretAdded(secret, domain), now);
  }

  /** @throws PprotectError `no_such_secret` */
  updateSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    findSecret(domain, findDomain(this.data, domain), secret);
    return this.#withSecret(domain, secret, value, audit.secretUpdated(secret, domain), now);
  }

  /** Adds or updates. */
  setSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    return this.#withSecret(domain, secret, value, audit.secretSet(secret, domain), now);
  }

  removeSecret(domain: string, secret: string, now = new Date()): KeyFile {
    const data = findDomain(this.data, domain);
    findSecret(domain, data, secret);
    const without = { ...data, secrets: withoutEntry(data.secrets, secret) };
    return this.#withDomain(domain, without, audit.secretRemoved(secret, domain), now);
  }

  /** Gives a custodian a copy of the domain's private key. @throws PprotectError `owner_exists` */
  addOwner(domain: string, newOwner: string, by: UnlockedCustodian, now = new Date()): KeyFile {
    const data = findDomain(this.data, domain);
    const pwdkm = findCustodian(this.data, newOwner);
    if (data.owners.has(newOwner)) {
      throw new PprotectError(
        "owner_exists",
        `${displayName(newOwner)} owns domain "${displayName(domain)}" already`,
      );
    }
    const sealedKey = sealDomainKey(openDomainKey(domain, data, by), pwdkm);
    return this.#withDomain(
      domain,
      withOwner(data, newOwner, sealedKey),
      audit.ownerAdded(by.name, newOwner, domain),
      now,
    );
  }

  /** Adds an owner to every domain that `by` owns and the other does not yet. */
  migrateOwner(newOwner: string, by: UnlockedCustodian, now = new Date()): KeyFile {
    findCustodian(this.data, newOwner);
    return this.domainsOf(by.name)
      .filter((domain) => !findDomain(this.data, domain).owners.has(newOwner))
      .reduce<KeyFile>((file, domain) => file.addOwner(domain, newOwner, by, now), this);
  }

  /** The one removed can still read this and every earlier revision, until rotation and new values. */
  removeOwner(domain: string, owner: string, now = new Date()): KeyFile {
    const data = this.#withoutOwner(domain, owner);
    return this.#withDomain(domain, data, audit.ownerRemoved(owner, domain), now);
  }

  /**
   * @param derivation a key type, or a cost of its own
   * @throws PprotectError `custodian_exists`, `invalid_name`, `invalid_passphrase`
   */
  addCustodian(creds: Creds, derivation: KeyType | KeyDerivation = "hard", now = new Date()): KeyFile {
    checkNewCustodianName(creds.name);
    if (this.data.custodians.has(creds.name)) {
      throw new PprotectError("custodian_exists", `key custodian ${displayName(creds.name)} exists already`);
    }
    const { pwdkm } = createCustodian(creds, derivation);
    const raw = derivation === "raw" || (typeof derivation === "object" && derivation.kind === "raw");
    return this.#with(
      { custodians: withEntry(this.data.custodians, creds.name, pwdkm) },
      audit.custodianCreated(creds.name, raw),
      now,
    );
  }

  /** Removes a custodian and all its ownerships. @throws PprotectError `last_owner` */
  removeCustodian(name: string, now = new Date()): KeyFile {
    findCustodian(this.data, name);
    const owned = this.domainsOf(name);
    const domains = owned.reduce(
      (all, domain) => withEntry(all, domain, this.#withoutOwner(domain, name)),
      this.data.domains,
    );
    return this.#with(
      { domains, custodians: withoutEntry(this.data.custodians, name) },
      audit.custodianRemoved(name, owned),
      now,
    );
  }

  /** A new key pair for a custodian; its copies of domain keys are sealed anew. */
  setCustodianPassphrase(
    custodian: UnlockedCustodian,
    passphrase: string,
    derivation: KeyType | KeyDerivation = "hard",
    now = new Date(),
  ): KeyFile {
    return this.#withNewKeyMaterial(custodian, passphrase, derivation, audit.passphraseUpdated, now);
  }

  /** {@link setCustodianPassphrase} when the key type changes too: only the audit log tells them apart. */
  rekeyCustodian(
    custodian: UnlockedCustodian,
    passphrase: string,
    derivation: KeyType | KeyDerivation = "hard",
    now = new Date(),
  ): KeyFile {
    return this.#withNewKeyMaterial(custodian, passphrase, derivation, audit.custodianRekeyed, now);
  }

  /** Keeps the last `keep` entries of the audit log and says how many went. */
  truncateAuditLog(keep: number): KeyFile {
    return new KeyFile({ ...this.data, auditLog: truncateLog(this.data.auditLog, keep) });
  }

  #withNewKeyMaterial(
    custodian: UnlockedCustodian,
    passphrase: string,
    derivation: KeyType | KeyDerivation,
    entry: (name: string, domains: readonly string[]) => string,
    now: Date,
  ): KeyFile {
    const { name } = custodian;
    const { pwdkm } = createCustodian({ name, passphrase }, derivation);
    const owned = this.domainsOf(name);
    const domains = new Map(this.data.domains);
    for (const domain of owned) {
      const data = findDomain(this.data, domain);
      domains.set(
        domain,
        withOwner(data, name, sealDomainKey(openDomainKey(domain, data, custodian), pwdkm)),
      );
    }
    return this.#with(
      { domains, custodians: withEntry(this.data.custodians, name, pwdkm) },
      entry(name, owned),
      now,
    );
  }

  #withSecret(domain: string, secret: string, value: string, entry: string, now: Date): KeyFile {
    checkSecretName(secret);
    const data = findDomain(this.data, domain);
    const sealed = sealSecret(data, value);
    return this.#withDomain(
      domain,
      { ...data, secrets: withEntry(data.secrets, secret, sealed) },
      entry,
      now,
    );
  }

  #withoutOwner(domain: string, owner: string): Domain {
    const data = findDomain(this.data, domain);
    if (!data.owners.has(owner)) {
      throw new PprotectError(
        "no_such_owner",
        `${displayName(owner)} is not an owner of domain "${displayName(domain)}"`,
        `its owners are ${[...data.owners.keys()].map(displayName).join(", ")}`,
      );
    }
    if (data.owners.size === 1) {
      throw new PprotectError(
        "last_owner",
        `${displayName(owner)} is the last owner of domain "${displayName(domain)}": its secrets could never be read again`,
        "add another owner first, or remove the domain",
      );
    }
    return { ...data, owners: withoutEntry(data.owners, owner) };
  }

  #withDomain(name: string, domain: Domain, entry: string, now: Date): KeyFile {
    return this.#with({ domains: withEntry(this.data.domains, name, domain) }, entry, now);
  }

  #with(changes: Partial<StoreData>, entry: string, now: Date): KeyFile {
    return new KeyFile({
      ...this.data,
      ...changes,
      auditLog: [...this.data.auditLog, auditEntry(entry, now)],
    });
  }
}
