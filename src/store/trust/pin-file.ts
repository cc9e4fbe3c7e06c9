import { mkdirSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { reportFallback } from "../../common/fallback.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { sha256Hex } from "../../crypto/runtime-crypto.ts";
import { OWN_FILE, writeAtomically } from "../../system/atomic-write.ts";
import { errnoOf, reasonOf } from "../../system/file-error.ts";
import { withLock } from "../../system/file-lock.ts";
import { readRegularFile } from "../../system/read-regular-file.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import type { StoreData } from "../store-data.ts";
import { domainFingerprint } from "./fingerprint.ts";
import { formatPins, type PinRecord, parsePins } from "./pin-text.ts";
import { hasKey, type Pins } from "./pins.ts";
import { remoteDigests } from "./remotes.ts";

/** Stores whose pins are kept; beyond that the one that was left alone for the longest time goes. */
export const MAX_PIN_FILES = 1_000;
/** Bytes of one store's pins. */
const MAX_PIN_BYTES = 4 * 1024 * 1024;
const PIN_FILE = /^[0-9a-f]{64}\.json$/;
/** ms that another process is waited for; nothing that a command does depends on its pins being written. */
const LOCK_TIMEOUT_MS = 5_000;

/** Works out the new pins from those that are there; `undefined` where the store has none of its own yet. */
export type ChangePins = (pins: Pins | undefined) => Pins;

/** The pins of a store, as they were found. */
export interface FoundPins {
  readonly pins: Pins;
  /** Whether they are this store's own, by its path, or those of a clone of it. */
  readonly own: boolean;
}

/** Pins that are there and cannot be read: what they said is lost, and taking any key instead would be what an attacker wants. */
export class DamagedPinsError extends PprotectError {
  /** @param reason why it cannot be read at all; without one, its content is not what was written */
  constructor(file: string, reason?: string) {
    super(
      "file_error",
      `${escapeUnprintable(file)}, which holds the keys that you accepted, ${reason === undefined ? "is damaged" : `cannot be read: ${reason}`}`,
      `${reason === undefined ? "restore it" : "run the command again"}, or remove it to accept the store's keys as they are now`,
    );
  }
}

/**
 * Finds the pins of a store: by its path, which is one small read; else those of another clone, by a remote and the
 * store's path in the repository, or by a domain's key that was accepted there.
 *
 * @param path the store's real path
 * @returns `undefined` on the first use, and where the state directory is missing or cannot be used
 * @throws DamagedPinsError
 */
export function findPins(path: string, store: StoreData): FoundPins | undefined {
  const directory = pinDirectory();
  const own = readRecord(join(directory, fileName(path)));
  if (own && !isPrivate(directory)) return undefined;
  if (own && !isAnotherStore(own, path, store)) return { pins: own.pins, own: true };
  const clone = findClone(directory, path, store);
  return clone && { pins: clone.pins, own: false };
}

/**
 * Changes the pins of a store, as they are at the moment of writing. Where they cannot be written, everything works
 * without: that is said with `--verbose` alone.
 */
export async function changePins(path: string, store: StoreData, change: ChangePins): Promise<void> {
  await writing(path, (file) => {
    const found = readRecord(file);
    const before = found && isAnotherStore(found, path, store) ? undefined : found;
    return { before, pins: change(before?.pins) };
  });
}

/** {@link changePins} for a store that was just created: what the path had before counts for nothing. */
export async function replacePins(path: string, pins: Pins): Promise<void> {
  await writing(path, () => ({ before: undefined, pins }));
}

/** What is to be written, and what it replaces. */
interface PinChange {
  readonly before: PinRecord | undefined;
  readonly pins: Pins;
}

async function writing(path: string, change: (file: string) => PinChange): Promise<void> {
  const directory = pinDirectory();
  const file = join(directory, fileName(path));
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    if (!isPrivate(directory)) {
      reportFallback(`accepted keys are not remembered: others may write ${escapeUnprintable(directory)}`);
      return;
    }
    const patience = { timeout: LOCK_TIMEOUT_MS, quiet: LOCK_TIMEOUT_MS, onWait: () => undefined };
    await withLock(file, patience, () => write(directory, path, change));
  } catch (error) {
    if (error instanceof DamagedPinsError) throw error;
    if (!(error instanceof PprotectError) && errnoOf(error) === "") throw error;
    const reason = error instanceof PprotectError ? error.message : errnoOf(error);
    reportFallback(`accepted keys are not remembered (${escapeUnprintable(reason)})`);
  }
}

function write(directory: string, path: string, change: (file: string) => PinChange): void {
  const file = join(directory, fileName(path));
  const { before, pins } = change(file);
  const remotes = remoteDigests(path);
  const text = formatPins({ path, remotes, pins });
  if (before && text === formatPins(before)) return;
  if (Buffer.byteLength(text) > MAX_PIN_BYTES) {
    reportFallback("accepted keys are not remembered: the store has too many");
    return;
  }
  if (!before) makeRoom(directory);
  writeAtomically(file, text, OWN_FILE);
}

/** The directory of all pins. */
function pinDirectory(): string {
  return join(stateDirectory(process.env), "pins");
}

function fileName(path: string): string {
  return `${sha256Hex(path)}.json`;
}

/** Whether nobody but this user and root can have put something there. */
function isPrivate(directory: string): boolean {
  const stats = statSync(directory, { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return false;
  if (process.platform === "win32") return true;
  return stats.uid === process.getuid?.() && (stats.mode & 0o022) === 0;
}

/**
 * Whether the pins of a path are those of a store that was there before: no key of it is left, and the repository has
 * other remotes, which nobody who only writes the store can change.
 */
function isAnotherStore({ pins, remotes }: PinRecord, path: string, { domains }: StoreData): boolean {
  if (remotes.length === 0 || domains.size === 0) return false;
  for (const domain of domains.values()) if (hasKey(pins, domainFingerprint(domain))) return false;
  const now = remoteDigests(path);
  return now.length > 0 && !now.some((each) => remotes.includes(each));
}

/** There is no such file, or none that we may read. Any other error may pass: it does not make every key an accepted one. */
const NOT_THERE: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "ELOOP",
  "ENAMETOOLONG",
]);

/** @returns `undefined` where there is no such file, or none that we may read. @throws DamagedPinsError */
function readRecord(file: string): PinRecord | undefined {
  const text = readText(file);
  if (text === undefined) return undefined;
  const record = parsePins(text);
  if (!record) throw new DamagedPinsError(file);
  return record;
}

function readText(file: string): string | undefined {
  try {
    const bytes = readRegularFile(file);
    return bytes.length > MAX_PIN_BYTES ? "" : bytes.toString("utf8");
  } catch (error) {
    const code = errnoOf(error);
    if (NOT_THERE.has(code)) return undefined;
    throw code === "" ? error : new DamagedPinsError(file, reasonOf(code));
  }
}

/** The pins of another clone: of those with a remote in common, else with an accepted key, the one with most keys. */
function findClone(directory: string, path: string, store: StoreData): PinRecord | undefined {
  const names = pinFiles(directory);
  if (names.length === 0 || !isPrivate(directory)) return undefined;
  const remotes = new Set(remoteDigests(path));
  const keys = [...store.domains.values()].map(domainFingerprint);
  let best: { record: PinRecord; score: number } | undefined;
  for (const name of names) {
    const record = recordIfReadable(join(directory, name));
    if (!record) continue;
    const shared = keys.filter((key) => hasKey(record.pins, key)).length;
    const score = shared + (record.remotes.some((each) => remotes.has(each)) ? keys.length + 1 : 0);
    if (score > (best?.score ?? 0)) best = { record, score };
  }
  return best?.record;
}

/** The pins of another store: where they cannot be read, this one is done without them. */
function recordIfReadable(file: string): PinRecord | undefined {
  try {
    return readRecord(file);
  } catch (error) {
    if (error instanceof DamagedPinsError) return undefined;
    throw error;
  }
}

function pinFiles(directory: string): string[] {
  try {
    return readdirSync(directory)
      .filter((name) => PIN_FILE.test(name))
      .slice(0, MAX_PIN_FILES);
  } catch {
    return [];
  }
}

/** Removes the oldest pins when there are as many as may be. */
function makeRoom(directory: string): void {
  const names = readdirSync(directory).filter((name) => PIN_FILE.test(name));
  if (names.length < MAX_PIN_FILES) return;
  const byAge = names
    .map((name) => ({ name, age: statSync(join(directory, name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => a.age - b.age);
  for (const { name } of byAge.slice(0, names.length - MAX_PIN_FILES + 1)) {
    rmSync(join(directory, name), { force: true });
  }
}
