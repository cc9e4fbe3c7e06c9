import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { searchSecretService } from "./secret-service.ts";

/** An entry of the system's keyring: the Secret Service of a desktop, Keychain, or Credential Manager. */
export interface KeyringEntry {
  readonly service: string;
  readonly account: string;
}

/** What reading an entry found. */
export type KeyringReading =
  | { readonly kind: "found"; readonly value: string }
  /** The keyring answered, and has no such entry. */
  | { readonly kind: "missing" }
  /** There is no keyring on this system, or none for this session. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** A keyring may ask its user to unlock it, or to allow the access: that takes a while. */
const ANSWER_MS = 60_000;
/** A search does not wait for a prompt. */
const SEARCH_MS = 5_000;

/** What the Secret Service's client says where there is no such service to ask. */
const NO_SERVICE =
  /libsecret not available|D-Bus|Could not connect|not provided by any|org\.freedesktop\.secrets/i;

/** What it says of a write. */
const LOCKED = /locked collection/i;

/**
 * Reads an entry of the system's keyring, through `Bun.secrets`.
 *
 * @param answerMs how long to wait for the answer
 * @param mayUnlock whether the keyring may ask its user to unlock it
 * @throws PprotectError `keyring_unavailable` when the keyring is locked, refuses, or does not answer in time: the entry
 *   may be there
 */
export async function readKeyring(
  entry: KeyringEntry,
  answerMs = ANSWER_MS,
  mayUnlock = true,
): Promise<KeyringReading> {
  // Only Bun has it; the library also runs in Node.
  const secrets = globalThis.Bun?.secrets;
  if (!secrets) return { kind: "unavailable", reason: "only Bun can read the keyring" };
  refuseSilent(entry, answerMs);
  if (!mayUnlock && searchSecretService(entry, answerMs, "start") === "locked") throw locked();
  let value: string | null;
  try {
    value = await answerOf(secrets.get({ service: entry.service, name: entry.account }), answerMs);
  } catch (error) {
    return refused(error);
  }
  if (value !== null) return { kind: "found", value };
  // The client gives nothing for an entry in a locked collection, as if it were not there.
  if (searchSecretService(entry) === "locked") throw locked();
  return { kind: "missing" };
}

/**
 * Writes an entry of the system's keyring, in place of one with the same names.
 *
 * @throws PprotectError `keyring_unavailable`, also when the keyring cannot keep this value as it is
 */
export async function writeKeyring(entry: KeyringEntry, value: string, answerMs = ANSWER_MS): Promise<void> {
  const { service, account: name } = entry;
  // The Secret Service's client takes what is before it.
  if (value.includes("\0")) throw cannotKeep();
  refuseSilent(entry, answerMs);
  try {
    await answerOf(Bun.secrets.set({ service, name, value }), answerMs);
  } catch (error) {
    throw unavailable(refused(error));
  }
  const written = await readKeyring(entry, answerMs);
  if (written.kind === "found" && written.value === value) return;
  await removeFromKeyring(entry, answerMs);
  throw cannotKeep();
}

/**
 * Removes an entry of the system's keyring.
 *
 * @returns whether it was there
 * @throws PprotectError `keyring_unavailable`
 */
export async function removeFromKeyring(entry: KeyringEntry, answerMs = ANSWER_MS): Promise<boolean> {
  refuseSilent(entry, answerMs);
  try {
    const { service, account: name } = entry;
    if (await answerOf(Bun.secrets.delete({ service, name }), answerMs)) return true;
  } catch (error) {
    const refusal = refused(error);
    if (refusal.kind !== "missing") throw unavailable(refusal);
  }
  if (searchSecretService(entry) === "locked") throw locked();
  return false;
}

/** Where an entry is, or without an account any entry of the service where the keyring can search; its value is not read where the keyring can search. */
export async function findInKeyring(
  entry: Pick<KeyringEntry, "service"> & Partial<KeyringEntry>,
  answerMs: number,
): Promise<KeyringPlace> {
  if (process.platform === "linux") {
    const found = searchSecretService(entry, answerMs, "start");
    if (found === "no-answer") throw noAnswer(answerMs);
    return found === "no-service" ? "unavailable" : found;
  }
  const { kind } = await readKeyring({ account: "", ...entry }, answerMs);
  return kind === "found" ? "unlocked" : kind;
}

/** What {@link findInKeyring} found. */
export type KeyringPlace = "unlocked" | "locked" | "missing" | "unavailable";

function locked(): PprotectError {
  return keyringFailure("is locked", "unlock it, for example by logging in again");
}

function cannotKeep(): PprotectError {
  return keyringFailure("cannot keep this value as it is");
}

function unavailable(reading: KeyringReading): PprotectError {
  return keyringFailure(`is not available${reading.kind === "unavailable" ? `: ${reading.reason}` : ""}`);
}

/** A call that the keyring never answers would keep this process from ending: it is asked something else before. */
function refuseSilent(entry: KeyringEntry, answerMs: number): void {
  const wait = Math.min(answerMs, SEARCH_MS);
  if (searchSecretService(entry, wait) === "no-answer") throw noAnswer(wait);
}

function noAnswer(ms: number): PprotectError {
  return keyringFailure(`did not answer within ${ms / 1000} s`);
}

/** An error of the keyring. @param what what it is or does, after `the keyring` */
export function keyringFailure(what: string, fix?: string): PprotectError {
  return new PprotectError("keyring_unavailable", `the keyring ${what}`, fix);
}

/** @throws PprotectError `keyring_unavailable` for every error but that there is no keyring */
function refused(error: unknown): KeyringReading {
  if (error instanceof PprotectError) throw error;
  const { code = "", message = "" } = error as { code?: string; message?: string };
  if (LOCKED.test(message)) throw locked();
  if (code === "ERR_SECRETS_NOT_FOUND") return { kind: "missing" };
  if (code === "ERR_SECRETS_PLATFORM_ERROR" && NO_SERVICE.test(message))
    return { kind: "unavailable", reason: displayName(message) };
  throw keyringFailure(FAILURES[code] ?? `failed: ${displayName(message)}`);
}

const FAILURES: Readonly<Record<string, string>> = {
  ERR_SECRETS_ACCESS_DENIED: "denied the access",
  ERR_SECRETS_AUTH_FAILED: "could not be unlocked",
  ERR_SECRETS_USER_CANCELED: "was not unlocked: it was canceled",
  ERR_SECRETS_INTERACTION_NOT_ALLOWED: "is locked",
  ERR_SECRETS_INTERACTION_REQUIRED: "is locked",
};

async function answerOf<Value>(asked: Promise<Value>, ms: number): Promise<Value> {
  let timer: Timer | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(noAnswer(ms)), ms);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}
