import { shellWord } from "../../common/shell-quote.ts";
import { displayName, escapeUnprintable } from "../../common/terminal-safe.ts";
import { pendingRotations } from "../../exec/rotation/pending.ts";
import { stagedRotations } from "../../store/rotation/states.ts";
import type { SecretPath } from "../../store/secret-path.ts";
import { stateDirectory } from "../../system/state-directory.ts";
import { changeCommand, readOrNothing } from "../reading/shown-values.ts";
import type { Readable, ReadableSecret } from "./readable-secrets.ts";
import { rotateEach } from "./rotate-each.ts";
import { type RotationHost, ruleFor, SecretRotation } from "./secret-rotation.ts";

/** A value that was not changed. */
export interface NotRotated extends ReadableSecret {
  readonly reason: string;
  /** The line for a shell that changes it. */
  readonly command: string;
}

/** What became of the values that could be read. */
export interface ReadableRotated {
  readonly rotated: readonly ReadableSecret[];
  readonly left: readonly NotRotated[];
  readonly unknown: readonly string[];
}

/**
 * Changes the values of one store that have a command, one after the other. Whatever fails, the others are still changed; it
 * throws nothing, because all of this comes after something that was done.
 *
 * @param host of the store whose values are changed; `undefined` if there is no such store: values of other stores are left
 */
export async function rotateReadable(
  { secrets, unknown }: Readable,
  host: RotationHost | undefined,
): Promise<ReadableRotated> {
  const isHere = ({ store }: ReadableSecret): boolean => store === host?.realStorePath;
  const reasons = new Map<ReadableSecret, string>();
  const chosen: ReadableSecret[] = [];
  for (const each of secrets) {
    const reason = isHere(each) ? whyNot(each, host) : "it is in another store";
    if (reason === undefined) chosen.push(each);
    else reasons.set(each, reason);
  }
  const rotated: ReadableSecret[] = [];
  let kept: Kept = () => undefined;
  if (host && chosen.length > 0) {
    const before = new Set(stagedIn(host));
    const report = await rotateEach(chosen, new SecretRotation(host), host.note).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : "unknown error";
      return { rotated: [], failed: chosen.map((each) => ({ ...each, code: "internal_error", message })) };
    });
    for (const each of chosen) {
      const failed = report.failed.find((one) => one.domain === each.domain && one.secret === each.secret);
      if (failed) reasons.set(each, failed.message);
      else rotated.push(each);
    }
    kept = keptValues(host, before);
  }
  const left = secrets.flatMap((each) => {
    const reason = reasons.get(each);
    const step = reasons.has(each) && isHere(each) ? kept(each) : undefined;
    const command = step ? rotateCommand(each.store, step, each) : commandFor(each);
    return reason === undefined ? [] : [{ ...each, reason, command }];
  });
  return { rotated, left, unknown };
}

/** The step that goes on with a rotation which has failed and kept its new value; nothing for a secret without one. */
type Kept = (names: SecretPath) => "--promote" | "--recover" | undefined;

/** What failed rotations have kept: beside the secret, or on this machine. @param before the rotations that there were already */
function keptValues(host: RotationHost, before: ReadonlySet<string>): Kept {
  const staged = new Set(stagedIn(host));
  const left = pendingRotations(host.realStorePath, stateDirectory(process.env), (message) =>
    host.note(`pprotect: warning: ${message}`),
  );
  return ({ domain, secret }) => {
    const name = nameOf({ domain, secret });
    if (staged.has(name) && !before.has(name)) return "--promote";
    const isLeft = left.some((each) => each.answer && nameOf(each) === name);
    return isLeft ? "--recover" : undefined;
  };
}

function stagedIn({ realStorePath }: RotationHost): readonly string[] {
  const { data } = readOrNothing(realStorePath) ?? {};
  return (data ? stagedRotations(data) : []).filter(({ stage }) => stage === "staged").map(nameOf);
}

function nameOf({ domain, secret }: SecretPath): string {
  return JSON.stringify([domain, secret]);
}

/** What is beside a secret goes with its rotation. */
function commandFor({ store, domain, secret, of }: ReadableSecret): string {
  if (!of) return changeCommand(store, domain, secret);
  return rotateCommand(store, of.stage === "staged" ? "--abort" : "--finish", of);
}

function rotateCommand(store: string, step: string, { domain, secret }: SecretPath): string {
  return ["pprotect", "--file", store, "rotate", step, "--", domain, secret].map(shellWord).join(" ");
}

/** Why a secret cannot be rotated by a command; nothing where it can. */
function whyNot(names: ReadableSecret, host: RotationHost | undefined): string | undefined {
  if (names.of) return `it belongs to the rotation of ${displayName(names.of.secret)}`;
  if (host?.given.via !== undefined) return undefined;
  try {
    const hasCommand = ruleFor(names.store, names).rule.via !== undefined;
    return hasCommand ? undefined : "no command says how to make a new value";
  } catch (error) {
    return error instanceof Error ? error.message : "unknown error";
  }
}

/** A line for a value that was not changed. */
export function notRotatedText({ domain, secret, command }: NotRotated): string {
  return `${displayName(`${domain}/${secret}`)}: ${escapeUnprintable(command)}`;
}

export function readableFields({ rotated, left, unknown }: ReadableRotated) {
  return {
    unknown: [...unknown],
    rotated: rotated.map(({ store, domain, secret }) => ({ store, domain, secret })),
    not_rotated: left.map(({ store, domain, secret, reason, command }) => ({
      ...{ store, domain, secret, reason },
      rotate: command,
    })),
  };
}
