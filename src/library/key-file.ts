import { resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import type { KeyDerivation } from "../crypto/key-derivation.ts";
import type { KeyType, UnlockedCustodian } from "../store/custodian.ts";
import { KeyFile as StoredKeyFile } from "../store/key-file.ts";
import type { StoreData } from "../store/store-data.ts";
import { readStoreFile } from "../store/store-file.ts";
import { requireTexts } from "./arguments.ts";
import type { Creds } from "./creds.ts";
import { convertingErrors, libraryError } from "./errors.ts";
import type { OnWarning } from "./options.ts";
import type { AppliedChange } from "./write-key-file.ts";

/** Where a KeyFile came from, and what was changed since. */
interface Origin {
  /** The file's path, absolute and as it was given; left out for a store that is in memory only. */
  readonly file?: { readonly path: string; readonly shown: string };
  /** The store as it was read. */
  readonly base: StoredKeyFile;
  readonly changes: readonly AppliedChange[];
}

/** How {@link KeyFile.write} writes. */
export interface WriteOptions {
  /** Gets warnings, and a message when another process holds the file's lock for long; `process.emitWarning` by default. */
  readonly onWarning?: OnWarning;
}

/** Who decrypts: a custodian that {@link KeyFile.unlock} verified, or credentials, which are verified with each call. */
export type Owner = UnlockedCustodian | Creds;

/**
 * The content of a store. It is immutable: each change returns a new KeyFile, with an entry more in its audit log, and
 * {@link KeyFile.write} writes the changes into the file. Anyone who has the file can add secrets; only what takes an
 * {@link Owner} needs credentials.
 *
 * This is the file alone. Decrypting here checks no accepted keys and writes no access log, as {@link openStore} does;
 * `write` does check the keys that it seals to.
 *
 * The parameter `now` is the time of the new audit log entry.
 *
 * @example
 * ```ts
 * await KeyFile.fromFile("protected.yaml").setSecret("prod", "api-key", value).write();
 * ```
 */
export class KeyFile {
  readonly #stored: StoredKeyFile;
  readonly #origin: Origin;

  private constructor(stored: StoredKeyFile, origin: Origin = { base: stored, changes: [] }) {
    this.#stored = stored;
    this.#origin = origin;
  }

  /** Creates a store without custodians and domains. */
  static create(now = new Date()): KeyFile {
    return new KeyFile(StoredKeyFile.create(now));
  }

  /**
   * Reads and validates a store's file.
   * @throws PprotectError `store_missing`, `file_error`; InvalidStoreError, UnresolvedMergeError
   */
  static fromFile(path: string): KeyFile {
    const file = { path: resolve(path), shown: path };
    const base = readStoreFile(file.path, path);
    return new KeyFile(base, { file, base, changes: [] });
  }

  /**
   * Parses and validates a store.
   *
   * @param bytes the file's content
   * @param file the file's name, for messages
   * @throws InvalidStoreError, UnresolvedMergeError
   */
  static parse(bytes: Uint8Array, file: string): KeyFile {
    return new KeyFile(StoredKeyFile.parse(bytes, file));
  }

  /**
   * Makes a store from its data, validated as if read from a file.
   * @throws InvalidStoreError
   */
  static from(data: StoreData): KeyFile {
    return new KeyFile(StoredKeyFile.from(data));
  }

  /** The store's content: names, and everything else as it is in the file, encrypted. */
  get data(): StoreData {
    return this.#stored.data;
  }

  /** The canonical text of the file. */
  toString(): string {
    return this.#stored.toString();
  }

  /**
   * Writes the changes into the file that {@link fromFile} read; or, given a path, creates the file of a new store.
   *
   * The write is atomic and takes the lock that the command line takes. The file is read again first: if another process
   * changed it since, the changes are made again to what it has now, and fail as they would have there. Domain keys and
   * owners that the user of this process has not accepted are refused, as with the command line (`PPROTECT_TRUST`), and
   * values that are not what `.pprotect.yaml` beside the store asks for.
   *
   * @param path for a store that no file was read for; there must be no file
   * @returns the store as it was written
   * @throws PprotectError `store_locked`, `store_changed`, `file_error`, `untrusted_key`, `shared_key`, `store_exists`;
   *   `invalid_value`, `invalid_config`; `usage` for a path with a store that was read, or none without; what the changes
   *   throw
   */
  async write(path?: string, options: WriteOptions = {}): Promise<KeyFile> {
    const { createFile, updateFile } = await import("./write-key-file.ts");
    const { file, base, changes } = this.#origin;
    try {
      if (file === undefined) {
        await createFile(targetOf(path), { base, changes }, options);
        return KeyFile.fromFile(targetOf(path));
      }
      if (path !== undefined) throw otherFile(file.shown);
      const written = await updateFile({ file, base, changes }, options);
      return new KeyFile(written, { file, base: written, changes: [] });
    } catch (error) {
      throw libraryError(error);
    }
  }

  /**
   * Verifies credentials. Derives a key, which takes about half a second for a `hard` key: do it once.
   * @returns `undefined` when the custodian is unknown or the passphrase is wrong
   */
  unlock(creds: Creds): UnlockedCustodian | undefined {
    return this.#stored.unlock(creds);
  }

  /** Names of the domains that a custodian owns, in the order of the file. */
  domainsOf(custodian: string): string[] {
    return this.#stored.domainsOf(custodian);
  }

  /**
   * Decrypts every secret of a domain.
   *
   * @returns plaintext values by name
   * @throws SecretNotFoundError `no_such_domain`; SecretDecryptionError `wrong_credentials`, `not_owner`, `cannot_open`
   */
  decryptDomain(domain: string, owner: Owner): Map<string, string> {
    return convertingErrors(() => this.#stored.decryptDomain(domain, this.#unlocked(owner)));
  }

  /**
   * Decrypts one secret and no others.
   * @throws SecretNotFoundError `no_such_domain`, `no_such_secret`; SecretDecryptionError `wrong_credentials`,
   *   `not_owner`, `cannot_open`
   */
  decryptSecret(domain: string, secret: string, owner: Owner): string {
    return convertingErrors(() => this.#stored.decryptSecret(domain, secret, this.#unlocked(owner)));
  }

  /**
   * Adds an empty domain with a new key pair and one owner.
   * @throws PprotectError `domain_exists`, `invalid_name`, `no_such_custodian`
   */
  addDomain(name: string, owner: string, now = new Date()): KeyFile {
    return this.#changed((file) => file.addDomain(name, owner, now));
  }

  /** Removes a domain and its secrets. @throws SecretNotFoundError `no_such_domain` */
  removeDomain(name: string, now = new Date()): KeyFile {
    return this.#changed((file) => file.removeDomain(name, now));
  }

  /**
   * Replaces a domain's key pair and seals everything in it again.
   * @throws SecretNotFoundError `no_such_domain`; SecretDecryptionError `not_owner`, `cannot_open`
   */
  rotateDomainKey(name: string, owner: Owner, now = new Date()): KeyFile {
    return this.#changedBy(owner, (file, by) => file.rotateDomainKey(name, by, now));
  }

  /** Adds a secret. @throws PprotectError `secret_exists`, `invalid_name`, `invalid_value`, `shared_key`; SecretNotFoundError */
  addSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    requireTexts({ domain, secret, value });
    return this.#changed((file) => file.addSecret(domain, secret, value, now), { value: [secret, value] });
  }

  /** Changes a secret's value. @throws SecretNotFoundError; PprotectError `invalid_value`, `shared_key` */
  updateSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    requireTexts({ domain, secret, value });
    return this.#changed((file) => file.updateSecret(domain, secret, value, now), { value: [secret, value] });
  }

  /** Adds a secret or changes its value. @throws SecretNotFoundError `no_such_domain`; PprotectError as {@link addSecret} */
  setSecret(domain: string, secret: string, value: string, now = new Date()): KeyFile {
    requireTexts({ domain, secret, value });
    return this.#changed((file) => file.setSecret(domain, secret, value, now), { value: [secret, value] });
  }

  /** Removes a secret. @throws SecretNotFoundError `no_such_domain`, `no_such_secret` */
  removeSecret(domain: string, secret: string, now = new Date()): KeyFile {
    return this.#changed((file) => file.removeSecret(domain, secret, now));
  }

  /**
   * Gives a custodian a copy of the domain's private key.
   * @throws PprotectError `owner_exists`, `shared_key`, `no_such_custodian`; SecretDecryptionError; SecretNotFoundError
   */
  addOwner(domain: string, newOwner: string, by: Owner, now = new Date()): KeyFile {
    return this.#changedBy(by, (file, owner) => file.addOwner(domain, newOwner, owner, now));
  }

  /** Adds `newOwner` to every domain that `by` owns and `newOwner` does not. @throws as {@link addOwner} */
  migrateOwner(newOwner: string, by: Owner, now = new Date()): KeyFile {
    return this.#changedBy(by, (file, owner) => file.migrateOwner(newOwner, owner, now));
  }

  /**
   * Removes an owner of a domain. Someone who has the domain's key keeps it: to end access, rotate the key and change
   * the values.
   *
   * @throws PprotectError `no_such_owner`, `last_owner`; SecretNotFoundError `no_such_domain`
   */
  removeOwner(domain: string, owner: string, now = new Date()): KeyFile {
    return this.#changed((file) => file.removeOwner(domain, owner, now));
  }

  /**
   * Adds a key custodian.
   *
   * @param derivation a key type, or another cost
   * @throws PprotectError `custodian_exists`, `invalid_name`, `invalid_passphrase`; `usage` when the cost is out of bounds
   */
  addCustodian(creds: Creds, derivation: KeyType | KeyDerivation = "hard", now = new Date()): KeyFile {
    return this.#changed((file) => file.addCustodian(creds, derivation, now));
  }

  /**
   * Removes a custodian, and its owner entry in every domain.
   * @throws PprotectError `last_owner`, `no_such_custodian`
   */
  removeCustodian(name: string, now = new Date()): KeyFile {
    return this.#changed((file) => file.removeCustodian(name, now));
  }

  /**
   * Replaces a custodian's key pair by one derived from a new passphrase, and re-seals its copies of domain keys to it.
   * @throws PprotectError `no_such_custodian`, `invalid_passphrase`; `usage` when the cost is out of bounds;
   *   SecretDecryptionError `wrong_credentials`, `cannot_open`
   */
  setCustodianPassphrase(
    custodian: Owner,
    passphrase: string,
    derivation: KeyType | KeyDerivation = "hard",
    now = new Date(),
  ): KeyFile {
    return this.#changedBy(custodian, (file, by) =>
      file.setCustodianPassphrase(by, passphrase, derivation, now),
    );
  }

  /** {@link setCustodianPassphrase} with another key type. Only the audit log entry differs. */
  rekeyCustodian(
    custodian: Owner,
    passphrase: string,
    derivation: KeyType | KeyDerivation = "hard",
    now = new Date(),
  ): KeyFile {
    return this.#changedBy(custodian, (file, by) => file.rekeyCustodian(by, passphrase, derivation, now));
  }

  /**
   * Keeps the last `keep` entries of the audit log, after an entry with the number of those removed.
   * @throws PprotectError `usage` when `keep` is not a natural number
   */
  truncateAuditLog(keep: number): KeyFile {
    return this.#changed((file) => file.truncateAuditLog(keep));
  }

  #changed(apply: AppliedChange["apply"], details: Pick<AppliedChange, "actor" | "value"> = {}): KeyFile {
    const result = convertingErrors(() => apply(this.#stored));
    const changes = [...this.#origin.changes, { ...details, apply, result }];
    return new KeyFile(result, { ...this.#origin, changes });
  }

  #changedBy(owner: Owner, change: (file: StoredKeyFile, by: UnlockedCustodian) => StoredKeyFile): KeyFile {
    const by = convertingErrors(() => this.#unlocked(owner));
    return this.#changed((file) => change(file, by), { actor: by });
  }

  #unlocked(owner: Owner): UnlockedCustodian {
    if ("privateKey" in owner) return owner;
    const unlocked = this.#stored.unlock(owner);
    if (unlocked) return unlocked;
    throw new PprotectError(
      "wrong_credentials",
      this.#stored.data.custodians.has(owner.name)
        ? `wrong passphrase for ${displayName(owner.name)}`
        : `no key custodian "${displayName(owner.name)}"`,
    );
  }
}

function targetOf(path: string | undefined): string {
  if (path !== undefined) return path;
  throw new PprotectError("usage", "no file was read for this store", "give `write` the path of a new file");
}

function otherFile(shown: string): PprotectError {
  return new PprotectError(
    "usage",
    `this store was read from ${displayName(shown)}, and is written there`,
    "call `write` without a path",
  );
}
