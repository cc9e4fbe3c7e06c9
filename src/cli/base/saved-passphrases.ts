import { PprotectError } from "../../common/errors.ts";
import type { SavedPassphrase } from "../../credentials/cascade.ts";
import { credentialVariables, KEYRING_SOURCE } from "../../credentials/environment-names.ts";
import { custodianFingerprint, type Fingerprint } from "../../store/trust/fingerprint.ts";
import type { KeyringEntry, KeyringPlace, KeyringReading } from "../../system/keyring.ts";
import { askKeyring } from "../../system/keyring-process.ts";
import { mayHaveKeyring } from "../../system/keyring-session.ts";

/** Under which all entries are. */
const SERVICE = "pprotect";
/** Milliseconds for the user to unlock the keyring or to allow the access, and for an answer without that. */
const PATIENCE_MS = 60_000;
const ANSWER_MS = 5_000;
/** ms after which the user learns what is waited for. */
const NOTE_MS = 1_500;
/** Custodians whose entries are looked for: a store may name any number. */
const MAX_LOOKED_FOR = 100;

/** Why nothing is asked at all. */
const NO_SESSION = "this session has no D-Bus";

/** How the keyring is asked. */
export interface KeyringAccess {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Prefixes of variables with credentials, which its process does not get. */
  readonly prefixes: readonly string[];
  /** Whether it may ask the user to unlock it. */
  readonly mayUnlock: boolean;
  readonly note: (message: string) => void;
}

/** What is in the keyring for the custodians of a store. */
export interface KeyringState {
  readonly state: "available" | "locked" | "unavailable";
  /** Why it is not available. */
  readonly reason: string | undefined;
  /** The custodians whose passphrase it has. */
  readonly users: readonly string[];
}

/**
 * The passphrases in the system's keyring: an entry for each custodian's public key, by its fingerprint. A store that
 * gives the same name to another key has no entry.
 */
export class SavedPassphrases {
  readonly #access: KeyringAccess;
  readonly #read = new Map<Fingerprint, Promise<SavedPassphrase | undefined>>();

  constructor(access: KeyringAccess) {
    this.#access = access;
  }

  /** Whether this session can have a keyring. */
  get possible(): boolean {
    return mayHaveKeyring(this.#access.environment);
  }

  /**
   * The passphrase of a custodian, or why it cannot be read. It is asked for once.
   * @param pwdkm the custodian's key material, base64
   */
  async read(pwdkm: string, mayUnlock = this.#access.mayUnlock): Promise<SavedPassphrase | undefined> {
    if (!this.possible) return undefined;
    const fingerprint = custodianFingerprint(pwdkm);
    const known = this.#read.get(fingerprint) ?? this.#ask(fingerprint, mayUnlock);
    this.#read.set(fingerprint, known);
    return known;
  }

  /** Whether {@link read} has found that the keyring works and has no passphrase of this custodian. */
  async lacks(pwdkm: string): Promise<boolean> {
    const asked = this.#read.get(custodianFingerprint(pwdkm));
    return asked !== undefined && (await asked) === undefined;
  }

  async #ask(fingerprint: Fingerprint, mayUnlock: boolean): Promise<SavedPassphrase | undefined> {
    try {
      const reading = await this.#waiting(
        askKeyring("read", { entry: entryOf(fingerprint), mayUnlock }, this.#limits(mayUnlock)),
      );
      return reading.kind === "found" ? { value: reading.value, source: KEYRING_SOURCE } : undefined;
    } catch (error) {
      if (error instanceof PprotectError) return { problem: error.message };
      throw error;
    }
  }

  /** Saves a passphrase. @throws PprotectError `keyring_unavailable` */
  async save(pwdkm: string, value: string): Promise<void> {
    const entry = entryOf(custodianFingerprint(pwdkm));
    await this.#waiting(askKeyring("write", { entry, value }, this.#limits(this.#access.mayUnlock)));
  }

  /** Removes the passphrase of a custodian. @returns whether it was there. @throws PprotectError `keyring_unavailable` */
  async remove(pwdkm: string): Promise<boolean> {
    const entry = entryOf(custodianFingerprint(pwdkm));
    return this.#waiting(askKeyring("remove", { entry }, this.#limits(this.#access.mayUnlock)));
  }

  /** What the keyring has for some custodians, without reading a passphrase where it can search. */
  async state(custodians: ReadonlyMap<string, string>): Promise<KeyringState> {
    if (!this.possible) return { state: "unavailable", reason: NO_SESSION, users: [] };
    const some = [...custodians].slice(0, MAX_LOOKED_FOR);
    // Without a custodian, whether it answers at all.
    const entries = [entryOf(""), ...some.map(([, pwdkm]) => entryOf(custodianFingerprint(pwdkm)))];
    let places: readonly KeyringPlace[];
    try {
      places = await askKeyring("find", { entries }, this.#limits(false));
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      return { state: "unavailable", reason: error.message, users: [] };
    }
    if (places.includes("unavailable"))
      return { state: "unavailable", reason: "no keyring answers", users: [] };
    const has = (place: KeyringPlace | undefined) => place === "unlocked" || place === "locked";
    const users = some.filter((_, at) => has(places[at + 1])).map(([name]) => name);
    return { state: places.includes("locked") ? "locked" : "available", reason: undefined, users };
  }

  #limits(mayUnlock: boolean) {
    return keyringLimits({ ...this.#access, mayUnlock });
  }

  async #waiting<Answer>(asked: Promise<Answer>): Promise<Answer> {
    const say = () => this.#access.note("Waiting for the keyring: it may ask you to unlock it.");
    const timer = this.#access.mayUnlock ? setTimeout(say, NOTE_MS) : undefined;
    try {
      return await asked;
    } finally {
      clearTimeout(timer);
    }
  }
}

/** How long the keyring may take, and what its process gets of the environment: no credentials. */
function keyringLimits({ environment, prefixes, mayUnlock }: Omit<KeyringAccess, "note">) {
  const withheld = credentialVariables(...prefixes);
  const kept = Object.entries(environment).filter(([name]) => !withheld.includes(name));
  return { limitMs: mayUnlock ? PATIENCE_MS : ANSWER_MS, environment: Object.fromEntries(kept) };
}

/** Reads any entry of the keyring. @throws PprotectError `keyring_unavailable` */
export async function readAnyEntry(
  entry: KeyringEntry,
  access: Omit<KeyringAccess, "note">,
): Promise<KeyringReading> {
  if (!mayHaveKeyring(access.environment)) return { kind: "unavailable", reason: NO_SESSION };
  return askKeyring("read", { entry, mayUnlock: access.mayUnlock }, keyringLimits(access));
}

/** The error where there is nothing to ask. @param reason why */
export function noKeyring(reason: string): PprotectError {
  return new PprotectError(
    "keyring_unavailable",
    `there is no keyring to use: ${reason}`,
    "`pprotect unlock` keeps a store open for a while without one",
  );
}

function entryOf(fingerprint: Fingerprint): KeyringEntry {
  return { service: SERVICE, account: fingerprint };
}
