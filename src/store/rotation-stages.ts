import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { type AccessHistory, boxId } from "./access/access-history.ts";
import type { Moment } from "./access/revision.ts";
import type { UnlockedCustodian } from "./custodian.ts";
import type { KeyFile } from "./key-file.ts";
import { findDomain } from "./lookup.ts";
import type { SecretPath } from "./secret-path.ts";
import type { StoreData } from "./store-data.ts";

/**
 * Rotation without downtime: for a while, the new value is beside the old one. Each is an ordinary secret.
 *
 * | stage | secrets |
 * | --- | --- |
 * | staged | NAME has the value in use, NAME_next the new one |
 * | promoted | NAME has the new value, NAME_previous the old one |
 * | finished | NAME has the new value |
 */
export const STAGES = { next: "_next", previous: "_previous" } as const;

/** A rotation that is half done. */
export interface StagedRotation extends SecretPath {
  readonly stage: "staged" | "promoted";
}

/** The rotations that are half done: a secret with one of the names, where the secret that it belongs to is there. */
export function stagedRotations({ domains }: Pick<StoreData, "domains">): readonly StagedRotation[] {
  return [...domains].flatMap(([domain, { secrets }]) =>
    [...secrets.keys()].flatMap((secret): StagedRotation[] => [
      ...(secrets.has(secret + STAGES.next) ? [{ domain, secret, stage: "staged" } as const] : []),
      ...(secrets.has(secret + STAGES.previous) ? [{ domain, secret, stage: "promoted" } as const] : []),
    ]),
  );
}

/** When a rotation came to its stage: the first version with the sealed value that is beside the one in use. */
export function stageSince(
  { domains }: Pick<StoreData, "domains">,
  { boxes }: Pick<AccessHistory, "boxes">,
  { domain, secret, stage }: StagedRotation,
): Moment | undefined {
  const beside = secret + (stage === "staged" ? STAGES.next : STAGES.previous);
  const sealed = domains.get(domain)?.secrets.get(beside);
  return sealed === undefined ? undefined : boxes.get(boxId(sealed))?.since;
}

/** Puts a new value beside the one in use. @throws PprotectError `rotation_state`, `no_such_secret`, as `addSecret` */
export function stageRotation(file: KeyFile, { domain, secret }: SecretPath, value: string): KeyFile {
  requireNone(file, { domain, secret }, STAGES.next, "--promote or --abort it first");
  requireNone(file, { domain, secret }, STAGES.previous, "--finish it first");
  return file.addSecret(domain, secret + STAGES.next, value);
}

/** Makes the new value the one in use, and keeps the old one beside it. @throws PprotectError `rotation_state`, as `decryptSecret` */
export function promoteRotation(
  file: KeyFile,
  { domain, secret }: SecretPath,
  owner: UnlockedCustodian,
): KeyFile {
  requireOne(file, { domain, secret }, STAGES.next, "--stage a new value first");
  requireNone(file, { domain, secret }, STAGES.previous, "--finish it first");
  const old = file.decryptSecret(domain, secret, owner);
  const next = file.decryptSecret(domain, secret + STAGES.next, owner);
  return file
    .addSecret(domain, secret + STAGES.previous, old)
    .updateSecret(domain, secret, next)
    .removeSecret(domain, secret + STAGES.next);
}

/** Drops the old value. @throws PprotectError `rotation_state` */
export function finishRotation(file: KeyFile, { domain, secret }: SecretPath): KeyFile {
  requireOne(file, { domain, secret }, STAGES.previous, "--stage and --promote come first");
  return file.removeSecret(domain, secret + STAGES.previous);
}

/** Drops the new value, which is not in use yet. @throws PprotectError `rotation_state` */
export function abortRotation(file: KeyFile, { domain, secret }: SecretPath): KeyFile {
  requireOne(file, { domain, secret }, STAGES.next, "there is nothing to abort");
  return file.removeSecret(domain, secret + STAGES.next);
}

function requireOne(file: KeyFile, { domain, secret }: SecretPath, suffix: string, fix: string): void {
  if (findDomain(file.data, domain).secrets.has(secret + suffix)) return;
  throw wrongState(domain, secret, `there is no ${secret}${suffix}`, fix);
}

function requireNone(file: KeyFile, { domain, secret }: SecretPath, suffix: string, fix: string): void {
  if (!findDomain(file.data, domain).secrets.has(secret + suffix)) return;
  throw wrongState(domain, secret, `there is a ${secret}${suffix}`, fix);
}

function wrongState(domain: string, secret: string, what: string, fix: string): PprotectError {
  const name = displayName(`${domain}/${secret}`);
  return new PprotectError(
    "rotation_state",
    `cannot do that with the rotation of ${name}: ${displayName(what)}`,
    fix,
  );
}
