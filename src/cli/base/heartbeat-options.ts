import { parseDuration } from "../../common/duration.ts";
import { PprotectError } from "../../common/errors.ts";
import { LEASE_VARIABLE } from "../../common/lease-variable.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { credentialVariables } from "../../credentials/environment-names.ts";
import { DEFAULT_HEARTBEAT, type HeartbeatTerms } from "../../exec/supervise/heartbeat.ts";

/** The options of a heartbeat, as they were typed. */
export interface HeartbeatOptions {
  readonly while: string | undefined;
  readonly every: string | undefined;
  readonly misses: string | undefined;
}

/** A command that is to succeed again and again. */
export interface Heartbeat extends HeartbeatTerms {
  /** For the shell. */
  readonly command: string;
}

/** @returns `undefined` without `--while`. @throws PprotectError `usage` */
export function heartbeatOf({ while: command, every, misses }: HeartbeatOptions): Heartbeat | undefined {
  if (command === undefined) {
    if ((every ?? misses) === undefined) return undefined;
    throw new PprotectError("usage", "--every and --misses need --while COMMAND");
  }
  if (command === "") throw new PprotectError("usage", "--while needs a command");
  return {
    command,
    every: every === undefined ? DEFAULT_HEARTBEAT.every : parseDuration("--every", every),
    misses: misses === undefined ? DEFAULT_HEARTBEAT.misses : countOf(misses),
  };
}

/** The environment for its command: ours without credentials and the token of a lease. @param prefixes of variables of credentials */
export function heartbeatEnvironment(prefixes: readonly string[]): Readonly<Record<string, string>> {
  const withheld = new Set([...credentialVariables(...prefixes), LEASE_VARIABLE]);
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) =>
      value === undefined || withheld.has(name) ? [] : [[name, value]],
    ),
  );
}

function countOf(misses: string): number {
  if (/^[1-9]\d{0,5}$/.test(misses)) return Number(misses);
  throw new PprotectError("usage", `--misses "${displayName(misses)}" is not a whole number of 1 or more`);
}
