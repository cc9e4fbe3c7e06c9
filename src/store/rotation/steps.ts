import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { audit, auditEntry } from "../audit-log.ts";
import type { UnlockedCustodian } from "../custodian.ts";
import { sealSecret } from "../domain.ts";
import { KeyFile } from "../key-file.ts";
import { findDomain, findSecret } from "../lookup.ts";
import type { SecretPath } from "../secret-path.ts";
import { SECRET_PREFIX, type StoreData, withEntry } from "../store-data.ts";
import { refuseSharedKey } from "../trust/shared-keys.ts";
import { besideOf, STAGES, type StagedRotation, stagedRotations } from "./states.ts";

/** Puts a new value beside the one in use. @throws PprotectError `rotation_state`, `no_such_secret`, as `addSecret` */
export function stageRotation(file: KeyFile, names: SecretPath, value: string, now = new Date()): KeyFile {
  requireStageable(file, names);
  return stageSealed(file, names, sealSecret(findDomain(file.data, names.domain), value), now);
}

/** @throws PprotectError `rotation_state`, `no_such_secret` where {@link stageRotation} would */
export function requireStageable(file: KeyFile, names: SecretPath): void {
  findSecret(names.domain, findDomain(file.data, names.domain), names.secret);
  requireRoomBeside(names);
  requireNone(file, names, STAGING, "staged", "--promote or --abort it first");
  requireNone(file, names, STAGING, "promoted", "--finish it first");
}

/**
 * Refuses a secret whose name is so long that a file with `NAME_previous` could not be read everywhere: YAML takes 1024
 * characters as a key (YAML 1.2, "Implicit Keys"). New names are shorter (`MAX_NEW_NAME`).
 *
 * @throws PprotectError `rotation_state`
 */
export function requireRoomBeside(names: SecretPath): void {
  const { length } = SECRET_PREFIX + names.secret + STAGES.previous;
  if (length <= MAX_KEY) return;
  const what = `the key of its ${STAGES.previous} would have ${length} characters, and YAML takes ${MAX_KEY}`;
  throw wrongState(names, STAGING, what, "`pprotect rename-secret` gives it a shorter one");
}

/**
 * Refuses a new value in one step while a rotation is half done: one of its two values would be in no secret any more.
 * @throws PprotectError `rotation_state`
 */
export function requireNoRotation(file: KeyFile, names: SecretPath): void {
  for (const each of stagedRotations(file.data)) {
    if (each.domain !== names.domain) continue;
    if (each.secret === names.secret)
      throw wrongState(
        names,
        CHANGING,
        `there is a ${besideOf(each)}`,
        each.stage === "staged" ? "--promote or --abort it first" : "--finish it first",
      );
    if (besideOf(each) === names.secret)
      throw wrongState(
        names,
        CHANGING,
        `it belongs to the rotation of ${each.secret}`,
        `\`pprotect rotate ${displayName(`${each.domain}/${each.secret}`)} --${each.stage === "staged" ? "abort" : "finish"}\` drops it`,
      );
  }
}

/**
 * Puts a value that was sealed before into a secret, as it is.
 * @param sealed to the key that the domain has, base64
 */
export function replaceBySealed(
  { data }: KeyFile,
  { domain, secret }: SecretPath,
  sealed: string,
  now = new Date(),
): KeyFile {
  return withSealed(data, domain, secret, sealed, [audit.secretUpdated(secret, domain)], now);
}

/** {@link stageRotation} with a value that was sealed before. @throws PprotectError `rotation_state`, `no_such_secret` */
export function stageSealed(file: KeyFile, names: SecretPath, sealed: string, now = new Date()): KeyFile {
  requireStageable(file, names);
  const { domain, secret } = names;
  const next = secret + STAGES.next;
  const entries = [audit.secretAdded(next, domain), audit.rotationStaged(secret, domain)];
  return withSealed(file.data, domain, next, sealed, entries, now);
}

/** Not by `addSecret`: the names beside a secret may be longer than a new one. */
function withSealed(
  data: StoreData,
  name: string,
  secret: string,
  sealed: string,
  entries: readonly string[],
  now: Date,
): KeyFile {
  const domain = findDomain(data, name);
  refuseSharedKey(data, name);
  const changed = { ...domain, secrets: withEntry(domain.secrets, secret, sealed) };
  return KeyFile.from({
    ...data,
    domains: withEntry(data.domains, name, changed),
    auditLog: [...data.auditLog, ...entries.map((entry) => auditEntry(entry, now))],
  });
}

/** Makes the new value the one in use, and keeps the old one beside it. @throws PprotectError `rotation_state`, as `decryptSecret` */
export function promoteRotation(
  file: KeyFile,
  names: SecretPath,
  owner: UnlockedCustodian,
  now = new Date(),
): KeyFile {
  const { domain, secret } = names;
  requireOne(file, names, PROMOTING, "staged", "--stage a new value first");
  requireNone(file, names, PROMOTING, "promoted", "--finish it first");
  const old = file.decryptSecret(domain, secret, owner);
  const next = file.decryptSecret(domain, secret + STAGES.next, owner);
  const previous = secret + STAGES.previous;
  const sealed = sealSecret(findDomain(file.data, domain), old);
  const entries = [audit.secretAdded(previous, domain)];
  const promoted = withSealed(file.data, domain, previous, sealed, entries, now)
    .updateSecret(domain, secret, next, now)
    .removeSecret(domain, secret + STAGES.next, now);
  return logged(promoted, audit.rotationPromoted(secret, domain), now);
}

/** Drops the old value. @throws PprotectError `rotation_state` */
export function finishRotation(file: KeyFile, names: SecretPath, now = new Date()): KeyFile {
  const { domain, secret } = names;
  requireOne(file, names, "finish the rotation of", "promoted", "--stage and --promote come first");
  const finished = file.removeSecret(domain, secret + STAGES.previous, now);
  return logged(finished, audit.rotationFinished(secret, domain), now);
}

/** Drops the new value, which is not in use yet. @throws PprotectError `rotation_state` */
export function abortRotation(file: KeyFile, names: SecretPath, now = new Date()): KeyFile {
  const { domain, secret } = names;
  const fix = isIn(file, names, "promoted")
    ? "it was promoted already; --finish drops the old value"
    : "there is nothing to abort";
  requireOne(file, names, "abort the rotation of", "staged", fix);
  const aborted = file.removeSecret(domain, secret + STAGES.next, now);
  return logged(aborted, audit.rotationAborted(secret, domain), now);
}

/** What makes rotations of one domain those of another that has the same secrets. */
export function carryRotations(file: KeyFile, from: StoreRotations, to: string, now: Date): KeyFile {
  return from.reduce(
    (changed, { secret, stage }) =>
      logged(changed, (stage === "staged" ? audit.rotationStaged : audit.rotationPromoted)(secret, to), now),
    file,
  );
}

type StoreRotations = readonly Pick<StagedRotation, "secret" | "stage">[];

function logged({ data }: KeyFile, what: string, now: Date): KeyFile {
  return KeyFile.from({ ...data, auditLog: [...data.auditLog, auditEntry(what, now)] });
}

type Stage = StagedRotation["stage"];

function isIn(file: KeyFile, { domain, secret }: SecretPath, stage: Stage): boolean {
  return stagedRotations(file.data).some(
    (each) => each.domain === domain && each.secret === secret && each.stage === stage,
  );
}

function requireOne(file: KeyFile, names: SecretPath, doing: string, stage: Stage, fix: string): void {
  const beside = besideOf({ secret: names.secret, stage });
  if (isIn(file, names, stage)) return;
  if (!findDomain(file.data, names.domain).secrets.has(beside)) {
    throw wrongState(names, doing, `there is no ${beside}`, fix);
  }
  throw wrongState(
    names,
    doing,
    `${beside} was added or changed by something else than \`pprotect rotate\``,
    APART,
  );
}

function requireNone(file: KeyFile, names: SecretPath, doing: string, stage: Stage, fix: string): void {
  const beside = besideOf({ secret: names.secret, stage });
  if (!findDomain(file.data, names.domain).secrets.has(beside)) return;
  if (isIn(file, names, stage)) throw wrongState(names, doing, `there is a ${beside}`, fix);
  throw wrongState(names, doing, `there is a ${beside} that no rotation made`, APART);
}

/** The longest key that YAML takes in the usual form, `key: value`, in characters. */
const MAX_KEY = 1024;

const STAGING = "stage a new value of";
const PROMOTING = "promote the new value of";
const CHANGING = "change the value of";

const APART =
  "it is an ordinary secret: `pprotect rename-secret` or `pprotect rm-secret` makes room for a rotation";

/** @param doing what cannot be done, before the name of the secret */
function wrongState({ domain, secret }: SecretPath, doing: string, what: string, fix: string): PprotectError {
  const name = displayName(`${domain}/${secret}`);
  return new PprotectError("rotation_state", `cannot ${doing} ${name}: ${displayName(what)}`, fix);
}
