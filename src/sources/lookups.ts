import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { encodeUtf8 } from "../common/utf8.ts";
import type { KeyringEntry, KeyringReading } from "../system/keyring.ts";
import type { Looked } from "./cascade.ts";

/** A value that was given as it is: `override` or `default`. */
export function lookUpGiven(value: Uint8Array | undefined): Looked<Uint8Array> {
  return value ? { kind: "found", value, detail: "given" } : { kind: "missing", detail: "not given" };
}

/** The variable of a secret that names none: `db-password` has `DB_PASSWORD`. */
export function defaultVariable(secret: string): string {
  return secret.replace(/[^A-Za-z0-9]/g, "_").toUpperCase();
}

/** Our own settings and credentials are never the value of a secret: a manifest comes from a stranger. */
const OURS = /^PPROTECT_/i;

/**
 * Looks a variable of the environment up. One that is set but empty is a value.
 *
 * @param credentials other variables with credentials, which are refused as all of ours are
 * @throws PprotectError `environment` for one of ours; `invalid_value` when it is not UTF-8 text
 */
export function lookUpVariable(
  variable: string,
  environment: Readonly<Record<string, string | undefined>>,
  credentials: readonly string[],
): Looked<Uint8Array> {
  const shown = displayName(variable);
  if (OURS.test(variable) || credentials.includes(variable)) {
    throw new PprotectError("environment", `variable ${shown} is a setting of pprotect, not a secret`);
  }
  const value = Object.hasOwn(environment, variable) ? environment[variable] : undefined;
  if (value === undefined) return { kind: "missing", detail: `variable ${shown} is not set` };
  // The runtime replaces what it cannot decode.
  if (value.includes("\ufffd"))
    throw new PprotectError("invalid_value", `variable ${shown} is not UTF-8 text`);
  return { kind: "found", value: encodeUtf8(value), detail: `variable ${shown}` };
}

/** Where pprotect keeps passphrases: they are never the value of a secret. */
const OWN_SERVICE = /^pprotect\b/i;

/**
 * Looks up an entry of the system's keyring. Without a keyring, it is missing.
 *
 * @throws PprotectError `keyring_unavailable`; `environment` for an entry of pprotect itself
 */
export async function lookUpKeyring(
  entry: KeyringEntry,
  read: (entry: KeyringEntry) => Promise<KeyringReading> = readSystemKeyring,
): Promise<Looked<Uint8Array>> {
  const shown = `${displayName(entry.service)}, account ${displayName(entry.account)}`;
  if (OWN_SERVICE.test(entry.service)) {
    throw new PprotectError("environment", `keyring entry ${shown} belongs to pprotect, it is not a secret`);
  }
  const reading = await read(entry);
  switch (reading.kind) {
    case "found":
      return { kind: "found", value: encodeUtf8(reading.value), detail: `service ${shown}` };
    case "missing":
      return { kind: "missing", detail: `no entry of service ${shown}` };
    case "unavailable":
      return { kind: "missing", detail: `no keyring: ${reading.reason}` };
  }
}

/** Loaded on demand: few secrets come from there. */
async function readSystemKeyring(entry: KeyringEntry): Promise<KeyringReading> {
  const { readKeyring } = await import("../system/keyring.ts");
  return readKeyring(entry);
}
