import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import * as t from "typanion";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { OWN_FILE, writeAtomically } from "../../system/atomic-write.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { withLock } from "../../system/file-lock.ts";
import { readRegularText } from "../../system/read-regular-file.ts";

/** ms to wait for another rotation of the same secret: its command may take a minute. */
const PATIENCE = { timeout: 500, quiet: 10_000, onWait: () => undefined };

const isPending = t.isObject({
  /** The store's real path. */
  store: t.isString(),
  domain: t.isString(),
  secret: t.isString(),
  /** ms since 1970, when the command was started. */
  started: t.isNumber(),
  /** What the command answered, sealed to the domain's key: nobody but its owners can open it. */
  answer: t.isOptional(t.isObject({ publicKey: t.isString(), sealed: t.isString() })),
  /** ms since 1970, when the secret was given another value on purpose: the answer is kept, and not offered any more. */
  superseded: t.isOptional(t.isNumber()),
});

/** A rotation by a command that was started here and is not known to have ended. */
export type PendingRotation = Readonly<t.InferType<typeof isPending>>;

/** A value that is sealed to a key, both as the file writes them. */
export interface SealedAnswer {
  readonly publicKey: string;
  readonly sealed: string;
}

/** What a rotation notes while it runs. */
export interface RotationJournal {
  /** What an earlier one has left: it was killed, or its new value could not be put into the store. */
  readonly left: PendingRotation | undefined;
  /** Before the command is started. @throws PprotectError `file_error` */
  started(): void;
  /** As soon as the command has answered. @throws PprotectError `file_error` */
  answered(answer: SealedAnswer): void;
  /** When the secret was given another value, and {@link left} has an answer. @throws PprotectError `file_error` */
  superseded(): void;
  /** When the value is in the store, or there is none. */
  done(): void;
}

interface Place extends SecretPath {
  readonly store: string;
}

/**
 * Runs a rotation that a crash must not lose: a command that makes a new value may have changed it in the service already, and the
 * old one is dead then. What it answered is on the disk, sealed, before anything else is done with it.
 *
 * @throws PprotectError `store_locked` while another process rotates the same secret
 */
export async function withJournal<Result>(
  place: Place,
  stateDirectory: string,
  action: (journal: RotationJournal) => Promise<Result>,
): Promise<Result> {
  const { store, domain, secret } = place;
  const directory = join(directoryOf(stateDirectory), idOf(place));
  const file = join(directory, RECORD);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError("write", file, error, { effect: "nothing was changed" });
  }
  let isOurs = false;
  const write = (more: Partial<PendingRotation>): void => {
    const record = { store, domain, secret, started, ...more };
    writeAtomically(file, `${JSON.stringify(record)}\n`, OWN_FILE);
  };
  const started = Date.now();
  try {
    return await withLock(file, PATIENCE, () => {
      isOurs = true;
      const left = read(file);
      return action({
        left,
        started: () => write({}),
        answered: (answer) => write({ answer: { ...answer } }),
        superseded: () => write({ ...left, superseded: Date.now() }),
        done: () => rmSync(file, { force: true }),
      });
    });
  } catch (error) {
    if (isOurs || !(error instanceof PprotectError) || error.code !== "store_locked") throw error;
    throw new PprotectError(
      "store_locked",
      `another process rotates ${displayName(`${domain}/${secret}`)}; nothing was changed`,
      "wait until it has ended",
    );
  }
}

/**
 * Notes that a secret was given another value on purpose after a rotation was interrupted: what that has left is not offered any more.
 * Its answer is kept for `--recover`: the service may have that value still.
 *
 * @throws PprotectError `file_error`, `store_locked`
 */
export async function supersede(place: Place, stateDirectory: string): Promise<void> {
  if (!existsSync(join(directoryOf(stateDirectory), idOf(place), RECORD))) return;
  await withJournal(place, stateDirectory, async ({ left, superseded, done }) => {
    if (left?.answer) superseded();
    else done();
  });
}

/**
 * What rotations of a store's secrets have left and later ones have not superseded, the oldest first.
 * @param store the store's real path
 * @param warn gets a line about a record that cannot be read
 */
export function pendingRotations(
  store: string,
  stateDirectory: string,
  warn: (message: string) => void,
): readonly PendingRotation[] {
  const directory = directoryOf(stateDirectory);
  const readOrWarn = (file: string): readonly PendingRotation[] => {
    try {
      const found = read(file);
      return found ? [found] : [];
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      warn(error.message);
      return [];
    }
  };
  try {
    return readdirSync(directory)
      .flatMap((name) => readOrWarn(join(directory, name, RECORD)))
      .filter((each) => each.store === store && each.superseded === undefined)
      .toSorted((a, b) => a.started - b.started);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw fileError("read", directory, error);
  }
}

const RECORD = "record.json";

function directoryOf(stateDirectory: string): string {
  return join(stateDirectory, "pending-rotations");
}

function idOf({ store, domain, secret }: Place): string {
  return createHash("sha256")
    .update(JSON.stringify([store, domain, secret]))
    .digest("hex")
    .slice(0, 32);
}

/** @throws PprotectError `file_error` where there is one that cannot be read: it may be all that is left of a value */
function read(file: string): PendingRotation | undefined {
  let text: string;
  try {
    text = readRegularText(file);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw fileError("read", file, error);
  }
  try {
    const found: unknown = JSON.parse(text);
    if (isPending(found)) return found;
  } catch {
    // As below.
  }
  throw new PprotectError(
    "file_error",
    `cannot read ${displayName(file)}: is not what a rotation leaves`,
    "look at it, then remove it",
  );
}
