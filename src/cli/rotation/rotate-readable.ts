import { shellWord } from "../../common/shell-quote.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { changeCommand } from "../reading/shown-values.ts";
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
  if (host && chosen.length > 0) {
    const report = await rotateEach(chosen, new SecretRotation(host), host.note).catch((error: unknown) => {
      const message = error instanceof Error ? error.message : "unknown error";
      return { rotated: [], failed: chosen.map((each) => ({ ...each, code: "internal_error", message })) };
    });
    for (const each of chosen) {
      const failed = report.failed.find((one) => one.domain === each.domain && one.secret === each.secret);
      if (failed) reasons.set(each, failed.message);
      else rotated.push(each);
    }
  }
  const left = secrets.flatMap((each) => {
    const reason = reasons.get(each);
    const command = commandFor(each);
    return reason === undefined ? [] : [{ ...each, reason, command }];
  });
  return { rotated, left, unknown };
}

/** What is beside a secret goes with its rotation. */
function commandFor({ store, domain, secret, of }: ReadableSecret): string {
  if (!of) return changeCommand(store, domain, secret);
  const step = of.stage === "staged" ? "--abort" : "--finish";
  return ["pprotect", "--file", store, "rotate", step, "--", domain, of.secret].map(shellWord).join(" ");
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
  return `${displayName(`${domain}/${secret}`)}: ${displayName(command)}`;
}

export function readableFields({ rotated, left }: ReadableRotated) {
  return {
    rotated: rotated.map(({ store, domain, secret }) => ({ store, domain, secret })),
    not_rotated: left.map(({ store, domain, secret, reason, command }) => ({
      ...{ store, domain, secret, reason },
      rotate: command,
    })),
  };
}
