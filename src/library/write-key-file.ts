import { resolve } from "node:path";
import { requireValidValues } from "../config/values/required.ts";
import { refuseFormerKeys } from "../git/trust/former-keys.ts";
import { openTrustSession, rememberNewStore } from "../git/trust/open-session.ts";
import type { UnlockedCustodian } from "../store/custodian.ts";
import type { KeyFile as StoredKeyFile } from "../store/key-file.ts";
import { createStoreFile, readStoreFile, realPathOfStore, updateStoreFile } from "../store/store-file.ts";
import { type Actor, keyUses } from "../store/trust/key-uses.ts";
import { realpathOfParent } from "../system/real-path.ts";
import { type OnWarning, processWarning } from "./options.ts";

interface Options {
  readonly onWarning?: OnWarning;
}

/** A change of a store. */
export interface AppliedChange {
  /** Makes the change to another version of the store. */
  readonly apply: (keyFile: StoredKeyFile) => StoredKeyFile;
  /** What it made of the store that it was first applied to. */
  readonly result: StoredKeyFile;
  /** The custodian whose key it used. */
  readonly actor?: UnlockedCustodian;
  /** The name of a secret, and the value that it gets. */
  readonly value?: readonly [name: string, value: string];
}

/** What is to be written. */
export interface FileUpdate {
  readonly file: { readonly path: string; readonly shown: string };
  /** The store as it was read. */
  readonly base: StoredKeyFile;
  readonly changes: readonly AppliedChange[];
}

/** One change with the store before and after it. */
interface Step {
  readonly before: StoredKeyFile;
  readonly after: StoredKeyFile;
  readonly actor: Actor | undefined;
}

/**
 * Writes changes into a store's file, under its lock and as far as the keys are accepted.
 * @returns the store as it was written
 * @throws as `KeyFile.write`
 */
export async function updateFile(
  { file, base, changes }: FileUpdate,
  { onWarning = processWarning }: Options,
): Promise<StoredKeyFile> {
  const path = realPathOfStore(file.path, file.shown);
  const text = base.toString();
  await requireValidValues(path, valuesIn(changes));
  let steps = stepsFrom(base, changes, true);
  await refuseFormerGrants(path, steps);
  const trust = await openTrustSession(path, base.data, onWarning);
  const change = (found: StoredKeyFile): StoredKeyFile => {
    steps = stepsFrom(found, changes, found.toString() === text);
    // Each by itself, as if it were a command: of a domain that is new, all owners would be taken for its maker's.
    for (const { before, after, actor } of steps) trust.allow(before.data, after.data, actor);
    return steps.at(-1)?.after ?? found;
  };
  if (steps.length === 0) return readStoreFile(path, file.shown);
  await trust.during(() => updateStoreFile(path, file.shown, change, { onWait: onWarning }));
  for (const { before, after } of steps) trust.changed(before.data, after.data);
  await trust.save();
  return steps.at(-1)?.after ?? base;
}

/** @param isBase whether the store is the one that the changes were made to: their results are taken as they are */
function stepsFrom(found: StoredKeyFile, changes: readonly AppliedChange[], isBase: boolean): Step[] {
  let before = found;
  return changes.map(({ apply, result, actor }) => {
    const step = { before, after: isBase ? result : apply(before), actor: actorOf(actor) };
    before = step.after;
    return step;
  });
}

/** Creates the file of a new store. @throws PprotectError `store_exists`, `store_locked`, `file_error` */
export async function createFile(
  path: string,
  { base, changes }: Omit<FileUpdate, "file">,
  { onWarning = processWarning }: Options,
): Promise<void> {
  await requireValidValues(path, valuesIn(changes));
  const keyFile = changes.at(-1)?.result ?? base;
  await createStoreFile(resolve(path), path, keyFile, { onWait: onWarning });
  await rememberNewStore(realpathOfParent(path), keyFile.data);
}

function valuesIn(changes: readonly AppliedChange[]): (readonly [name: string, value: string])[] {
  return changes.flatMap(({ value }) => (value ? [value] : []));
}

/** A new owner could open what was sealed to the domain's key under another name. */
async function refuseFormerGrants(path: string, steps: readonly Step[]): Promise<void> {
  for (const { before, after, actor } of steps) {
    const granted = keyUses(before.data, after.data, actor).filter(({ kind }) => kind === "grant");
    if (granted.length === 0) continue;
    await refuseFormerKeys(
      path,
      before.data,
      granted.map(({ domain }) => domain),
    );
  }
}

function actorOf(custodian?: UnlockedCustodian): Actor | undefined {
  return custodian && { name: custodian.name, publicKey: custodian.privateKey.publicKey };
}
