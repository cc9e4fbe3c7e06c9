import { resolve } from "node:path";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { unlock } from "../credentials/cascade.ts";
import { wipe } from "../crypto/bytes.ts";
import { openTrustSession } from "../git/trust/open-session.ts";
import { AccessRecorder, isAttempt, namesOf } from "../lease/access-log/recorder.ts";
import type { SecretPlace } from "../sources/in-store.ts";
import type { UnlockedCustodian } from "../store/custodian.ts";
import type { KeyFile as StoredKeyFile } from "../store/key-file.ts";
import { locateStore } from "../store/locate-store.ts";
import { openPlaces } from "../store/open-places.ts";
import { realPathOfStore } from "../store/store-file.ts";
import { requireText } from "./arguments.ts";
import { CachedFile } from "./cached-file.ts";
import type { Creds } from "./creds.ts";
import {
  credentialsFromEnvironment,
  type LookupEnvironment,
  lookupEnvironment,
} from "./environment-credentials.ts";
import { libraryError } from "./errors.ts";
import { type Environment, type OnWarning, processWarning } from "./options.ts";

/** How {@link openStore} opens a store. */
export interface StoreOptions {
  /**
   * The store's path. By default the nearest `protected.yaml`: in the current directory, or above it up to the root of the
   * repository.
   */
  readonly file?: string;
  /** Who reads the secrets, when the first one is opened. By default, the environment says who: see {@link Creds.fromEnv}. */
  readonly credentials?: Creds | (() => Creds | Promise<Creds>);
  /** The variables to use in place of `process.env`, for credentials and for the source `env`. */
  readonly environment?: Environment;
  /** The prefix of the variables with credentials, as in {@link Creds.fromEnv}. */
  readonly prefix?: string;
  /** Gets warnings, such as of a key that nothing proves; `process.emitWarning` by default. */
  readonly onWarning?: OnWarning;
}

/** What the access log says of everything that the library opens. */
const ACTION = "library";

/**
 * A store that secrets are read from: see {@link openStore}. It keeps the parsed file and the derived key of the
 * custodian, never the value of a secret.
 */
export class Store implements Disposable {
  /** The store's path without symbolic links. */
  readonly path: string;
  readonly #file: CachedFile;
  readonly #shownPath: string;
  readonly #options: StoreOptions;
  readonly #environment: Environment;
  readonly #warned = new Set<string>();
  /** The custodian, and the key material that the key was derived for. */
  #unlocked: { readonly custodian: UnlockedCustodian; readonly pwdkm: string | undefined } | undefined;
  /** Openings one after the other, so that one key is derived and not several. */
  #last: Promise<unknown> = Promise.resolve();
  #isDisposed = false;

  /** @internal Use {@link openStore}. */
  constructor(path: string, shownPath: string, options: StoreOptions) {
    this.path = path;
    this.#shownPath = shownPath;
    this.#file = new CachedFile(path, shownPath);
    this.#options = options;
    this.#environment = options.environment ?? process.env;
  }

  /**
   * The names of the store's domains.
   * @throws PprotectError `store_missing`, `file_error`; InvalidStoreError
   */
  domains(): string[] {
    return [...this.data.domains.keys()];
  }

  /**
   * The names of a domain's secrets. Needs no credentials.
   * @throws SecretNotFoundError `no_such_domain`; PprotectError as {@link domains}
   */
  secrets(domain: string): string[] {
    const data = this.data.domains.get(domain);
    if (data) return [...data.secrets.keys()];
    throw libraryError(new PprotectError("no_such_domain", `no domain "${displayName(domain)}"`));
  }

  /** @internal The store as the file has it now. */
  get data(): StoredKeyFile["data"] {
    return this.#read().data;
  }

  /** @internal Where variables are looked up, and which of them are credentials. */
  get environment(): LookupEnvironment {
    return lookupEnvironment(this.#environment, this.#options.prefix);
  }

  /**
   * @internal Opens secrets and no others: as the command line does, its domains' keys are judged first, and the access
   * log has an entry before a value is handed out.
   *
   * @returns the plaintext of each in UTF-8, in the same order, which the caller overwrites
   */
  async open(places: readonly SecretPlace[]): Promise<Uint8Array[]> {
    const opened = this.#last.then(() => this.#open(places));
    this.#last = opened.catch(() => undefined);
    try {
      return await opened;
    } catch (error) {
      throw libraryError(error);
    }
  }

  /** Forgets the file and the custodian's key. The store cannot be used after it. */
  dispose(): void {
    this.#isDisposed = true;
    this.#unlocked = undefined;
    this.#file.clear();
  }

  /** {@link dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  async #open(places: readonly SecretPlace[]): Promise<Uint8Array[]> {
    const recorder = new AccessRecorder(ACTION, process.env, this.#warn);
    recorder.check();
    const keyFile = this.#read();
    const domains = namesOf(this.path, places);
    try {
      const { values, custodian } = await this.#openTrusted(keyFile, places);
      await recordOrWipe(values, () => recorder.record({ domains, custodian }));
      return values;
    } catch (error) {
      if (error instanceof PprotectError && isAttempt(error)) {
        await recorder.recordFailure({ domains, result: error.code });
      }
      throw error;
    }
  }

  async #openTrusted(keyFile: StoredKeyFile, places: readonly SecretPlace[]) {
    const trust = await openTrustSession(this.path, keyFile.data, this.#warn);
    await trust.reading(
      keyFile.data,
      places.map(({ domain }) => domain),
    );
    const custodian = await this.#unlock(keyFile);
    await trust.save();
    return { values: openPlaces(keyFile.data, places, custodian), custodian: custodian.name };
  }

  #read(): StoredKeyFile {
    if (this.#isDisposed) throw new PprotectError("usage", "the store was used after its disposal");
    return this.#file.read();
  }

  async #unlock(keyFile: StoredKeyFile): Promise<UnlockedCustodian> {
    const { custodians } = keyFile.data;
    const kept = this.#unlocked;
    if (kept && kept.pwdkm === custodians.get(kept.custodian.name)) return kept.custodian;
    const custodian = unlock(keyFile, await this.#credentials(custodians));
    this.#unlocked = { custodian, pwdkm: custodians.get(custodian.name) };
    return custodian;
  }

  async #credentials(custodians: ReadonlyMap<string, unknown>) {
    const { credentials, prefix } = this.#options;
    if (!credentials) {
      const environment = this.#environment;
      return credentialsFromEnvironment({
        environment,
        prefix,
        file: this.#shownPath,
        onWarning: this.#warn,
        custodians,
      });
    }
    const given: Partial<Creds> | undefined =
      typeof credentials === "function" ? await credentials() : credentials;
    const { name, passphrase } = given ?? {};
    requireText(name, "the `name` of the option `credentials`");
    requireText(passphrase, "the `passphrase` of the option `credentials`");
    return { name, passphrase, nameSource: GIVEN, passphraseSource: GIVEN };
  }

  /** Each warning once: an application may open secrets again and again. */
  readonly #warn = (message: string): void => {
    if (this.#warned.has(message)) return;
    if (this.#warned.size < MAX_WARNED) this.#warned.add(message);
    (this.#options.onWarning ?? processWarning)(message);
  };
}

/** Where the log is required and cannot be written, nothing is handed out. */
async function recordOrWipe(values: readonly Uint8Array[], record: () => Promise<void>): Promise<void> {
  try {
    await record();
  } catch (error) {
    wipe(...values);
    throw error;
  }
}

const GIVEN = "the option `credentials`";
const MAX_WARNED = 100;

/**
 * Opens a store to read secrets from it. The file is read now, and again whenever it changed. Credentials are needed
 * when the first secret is opened; nothing is ever asked for.
 *
 * The keys of the domains are checked as the command line does (`PPROTECT_TRUST`), and what is opened is recorded in the
 * access log of this machine (`PPROTECT_AUDIT`). See docs/library.md.
 *
 * @throws PprotectError `store_missing`, `file_error`; InvalidStoreError, UnresolvedMergeError
 */
export async function openStore(options: StoreOptions = {}): Promise<Store> {
  const shown = options.file ?? locateStore(process.cwd());
  const store = new Store(realPathOfStore(resolve(shown), shown), shown, options);
  store.domains();
  return store;
}
