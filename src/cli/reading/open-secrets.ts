import { PprotectError } from "../../common/errors.ts";
import { lazy } from "../../common/lazy.ts";
import { LEASE_VARIABLE } from "../../common/lease-variable.ts";
import type { AccessContent } from "../../lease/access-log/entry.ts";
import {
  type AccessRecorder,
  isAttempt,
  type Names,
  namesOf,
  type SecretReference,
} from "../../lease/access-log/recorder.ts";
import type { OpenedByLeases } from "../../lease/client.ts";
import type { WantedDomain } from "../../lease/cover.ts";
import type { FoundLeases } from "../../lease/find.ts";
import type { Grant } from "../../lease/grant.ts";
import type { UnlockedCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain, findSecret } from "../../store/lookup.ts";
import { realpathOfParent } from "../../system/real-path.ts";

/** What a command knows of itself when it opens secrets with leases. */
export interface LeaseReader {
  /** The store's path. */
  readonly store: string;
  /** Whether a passphrase was given: it comes before any lease. */
  readonly passphraseGiven: boolean;
  /** The user that was named: only a lease of theirs is used. */
  readonly user: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly ignoreEnvironment: boolean;
  readonly recorder: AccessRecorder;
  readonly warn: (message: string) => void;
}

/** What a command knows of itself when it opens secrets. */
export interface Reader extends LeaseReader {
  /** Verifies the user's credentials. */
  readonly unlock: () => Promise<UnlockedCustodian>;
}

/** What an entry of the access log says besides the secrets. */
export interface ReadDetails {
  /** The program or agent that the values are for. */
  readonly client?: string | undefined;
  /** The name of the program that gets them. */
  readonly program?: string | undefined;
  /** Whether the command has verified the user's credentials already: no lease is needed then. */
  readonly verified?: boolean;
}

/** Secrets with their values, in the order in which they were chosen, and who opened them. */
export interface OpenedSecrets<Choice extends SecretReference> {
  readonly secrets: readonly (Choice & { readonly value: string })[];
  readonly custodian: string;
  /** Empty when they were opened with credentials. */
  readonly leases: readonly Grant[];
}

const clients = lazy(() => require("../../lease/client.ts") as typeof import("../../lease/client.ts"));

/**
 * Opens the chosen secrets and no others: with the passphrase that was given, else with leases that cover all of them,
 * else with a passphrase that is asked for. Each attempt is in the access log before the values are handed out.
 *
 * @throws PprotectError as `KeyFile.decryptSecrets` and `openWithLeases`; `file_error` when the log is required
 */
export async function openSecrets<Choice extends SecretReference>(
  keyFile: KeyFile,
  choices: readonly Choice[],
  reader: Reader,
  details: ReadDetails = {},
): Promise<OpenedSecrets<Choice>> {
  const { recorder } = reader;
  recorder.check();
  const { client, program } = details;
  const store = realpathOfParent(reader.store);
  // Not made before the values are opened: for thousands of secrets it takes memory.
  const what = () => ({ domains: namesOf(store, choices), program });
  let opened: OpenedSecrets<Choice>;
  try {
    opened = await open(keyFile, choices, reader, details);
  } catch (error) {
    if (error instanceof PprotectError && isAttempt(error)) {
      await recorder.recordFailure({ ...what(), client, result: error.code });
    }
    throw error;
  }
  const { custodian, leases } = opened;
  if (leases.length === 0) await recorder.record({ ...what(), client, custodian });
  else await recordLeases(recorder, leases, what(), publicKeys(keyFile), client);
  return opened;
}

async function open<Choice extends SecretReference>(
  keyFile: KeyFile,
  choices: readonly Choice[],
  reader: Reader,
  { verified }: ReadDetails,
): Promise<OpenedSecrets<Choice>> {
  const byLease = verified ? undefined : await openByLease(keyFile, choices, reader);
  if (byLease) return byLease;
  const custodian = await reader.unlock();
  return { secrets: keyFile.decryptSecrets(choices, custodian), custodian: custodian.name, leases: [] };
}

/** Records what leases opened: an entry for each, with the domains that it has the keys of. */
export async function recordLeases(
  recorder: AccessRecorder,
  leases: readonly Grant[],
  what: Pick<AccessContent, "program"> & { readonly domains: Names },
  keysOf: (named: Names[number]) => readonly string[],
  client?: string,
): Promise<void> {
  for (const { id, custodian, domains, ...lease } of leases) {
    const held = new Set(domains.map(({ publicKey }) => publicKey));
    await recorder.record({
      ...what,
      domains: what.domains.filter((named) => keysOf(named).some((key) => held.has(key))),
      client: client ?? lease.client,
      custodian,
      lease: id,
    });
  }
}

function publicKeys({ data }: KeyFile): (named: Names[number]) => readonly string[] {
  return ({ domain }) => [findDomain(data, domain).publicKey];
}

/**
 * Opens sealed values with leases that cover all of them.
 * @param found the leases, where they were looked for already
 * @returns `undefined` when a passphrase was given or no lease covers them: a message says why
 */
export async function openByLeases(
  wanted: readonly WantedDomain[],
  { passphraseGiven, user, environment, ignoreEnvironment, warn }: LeaseReader,
  found?: FoundLeases,
): Promise<OpenedByLeases | undefined> {
  if (wanted.length === 0 || passphraseGiven) return undefined;
  if (ignoreEnvironment && environment[LEASE_VARIABLE] !== undefined) return undefined;
  const result = await clients().openWithLeases(wanted, environment, user, found);
  if (result.values) return result;
  for (const reason of result.reasons) warn(reason);
  return undefined;
}

async function openByLease<Choice extends SecretReference>(
  keyFile: KeyFile,
  choices: readonly Choice[],
  reader: Reader,
): Promise<OpenedSecrets<Choice> | undefined> {
  for (const { domain, name } of choices) findSecret(domain, findDomain(keyFile.data, domain), name);
  if (reader.passphraseGiven) return undefined;
  const domains = wantedDomains(keyFile, realpathOfParent(reader.store), choices);
  const result = await openByLeases(domains, reader);
  if (!result) return undefined;
  const values = new Map(domains.map(({ domain }, index) => [domain, result.values[index]]));
  return {
    secrets: choices.map((choice) => ({
      ...choice,
      value: chosenValue(values.get(choice.domain), choice.name),
    })),
    custodian: [...new Set(result.leases.map(({ custodian }) => custodian))].join(", "),
    leases: result.leases,
  };
}

/** @throws PprotectError `cannot_open` */
function chosenValue(values: ReadonlyMap<string, string | PprotectError> | undefined, name: string): string {
  const value = values?.get(name) ?? "";
  if (value instanceof PprotectError) throw value;
  return value;
}

/** @throws PprotectError `no_such_domain`, `no_such_secret` */
function wantedDomains(keyFile: KeyFile, store: string, choices: readonly SecretReference[]): WantedDomain[] {
  return [...Map.groupBy(choices, ({ domain }) => domain)].map(([domain, chosen]) => {
    const data = findDomain(keyFile.data, domain);
    const names = [...new Set(chosen.map(({ name }) => name))];
    const boxes = names.map((name) => [name, findSecret(domain, data, name)] as const);
    return { store, domain, publicKey: data.publicKey, boxes };
  });
}
