import { PprotectError } from "../../common/errors.ts";
import { LEASE_VARIABLE } from "../../common/lease-variable.ts";
import type { GivenCredentials } from "../../credentials/cascade.ts";
import { givenPassphrase } from "../../credentials/given-passphrase.ts";
import { readPassphraseFile } from "../../credentials/passphrase-file.ts";
import { isRawPassphrase } from "../../crypto/raw-passphrase.ts";
import type { OwnSecret } from "../../git/guard/own-secrets.ts";
import type { Names, SecretReference } from "../../lease/access-log/recorder.ts";
import { coverageOf, type WantedDomain } from "../../lease/cover.ts";
import { findLeases } from "../../lease/find.ts";
import type { Grant } from "../../lease/grant.ts";
import { decodeToken, leaseIdOf } from "../../lease/token.ts";
import { keyTypeOf, type UnlockedCustodian, unlockCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain } from "../../store/lookup.ts";
import { realpathOfParent } from "../../system/real-path.ts";
import { type LeaseReader, openByLeases, recordLeases } from "./open-secrets.ts";

/** The values of some secrets, by domain and name. */
type Opened = readonly (SecretReference & { readonly value: string })[];

/**
 * Opens what can be opened without deriving a key and without asking: with a raw key that was given, else with leases
 * that have no limit of uses. It is one entry of the access log. A lease that ends meanwhile, and a value that does not
 * open, are no reason to stop a commit.
 *
 * @param readStore called only where there is something that may open it
 * @throws PprotectError `file_error` when the access log is required and cannot be written; `environment` for too many
 *   secrets; what `readStore` throws
 */
export async function ownSecretsAtHand(
  readStore: () => KeyFile,
  given: GivenCredentials,
  reader: LeaseReader,
): Promise<OwnSecret[]> {
  const named = (opened: Opened): OwnSecret[] => opened.map((secret) => ({ store: given.file, ...secret }));
  const passphrase = plainPassphrase(given);
  if (passphrase !== undefined && isRawPassphrase(passphrase)) {
    const keyFile = readStore();
    const custodian = rawCustodian(keyFile, passphrase);
    if (custodian) return named(await openRaw(keyFile, custodian, reader));
  }
  const leases = await usableLeases(reader);
  return leases.length === 0 ? [] : named(await openLeased(readStore(), leases, reader));
}

/** Opening takes 0.15 ms for each, and a hook runs at every commit. */
const MOST_SECRETS = 10_000;

function refuseTooMany(count: number): void {
  if (count > MOST_SECRETS)
    throw new PprotectError("environment", `more than ${MOST_SECRETS} secrets could be opened`);
}

function rawCustodian({ data }: KeyFile, passphrase: string): UnlockedCustodian | undefined {
  for (const [name, pwdkm] of data.custodians) {
    const unlocked = keyTypeOf(pwdkm) === "raw" ? unlockCustodian({ name, passphrase }, pwdkm) : undefined;
    if (unlocked) return unlocked;
  }
  return undefined;
}

/** The passphrase that was given as a variable or in a file. */
function plainPassphrase(given: GivenCredentials): string | undefined {
  const source = givenPassphrase(given);
  if (source?.kind === "value") return source.value;
  if (source?.kind !== "file") return undefined;
  try {
    const file = readPassphraseFile(source.path, given.warn);
    return "passphrase" in file ? file.passphrase : undefined;
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}

async function openRaw(
  keyFile: KeyFile,
  custodian: UnlockedCustodian,
  { recorder, store }: LeaseReader,
): Promise<Opened> {
  const owned = keyFile.domainsOf(custodian.name);
  refuseTooMany(
    owned.map((domain) => findDomain(keyFile.data, domain).secrets.size).reduce((a, b) => a + b, 0),
  );
  const path = realpathOfParent(store);
  await recorder.record({
    custodian: custodian.name,
    domains: owned.map((domain) => ({ store: path, domain })),
  });
  return owned.flatMap((domain) => {
    const choices = [...findDomain(keyFile.data, domain).secrets.keys()].map((name) => ({ domain, name }));
    return thatOpen(keyFile, choices, custodian);
  });
}

/** All of a domain at once; where one does not open, one by one. */
function thatOpen(
  keyFile: KeyFile,
  choices: readonly SecretReference[],
  custodian: UnlockedCustodian,
): Opened {
  try {
    return keyFile.decryptSecrets(choices, custodian);
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    if (choices.length === 1) return [];
  }
  return choices.flatMap((choice) => thatOpen(keyFile, [choice], custodian));
}

/** Leases of any number of uses: each run of the guard would be one. */
async function usableLeases({ environment, ignoreEnvironment, user }: LeaseReader): Promise<Grant[]> {
  const text = environment[LEASE_VARIABLE];
  if (text !== undefined && ignoreEnvironment) return [];
  const token = text === undefined ? undefined : decodeToken(text);
  if (text !== undefined && !token) return [];
  const id = token && leaseIdOf(token);
  const { live } = await findLeases(environment);
  return live
    .map(({ grant }) => grant)
    .filter((grant) => (id === undefined ? !grant.private : grant.id === id))
    .filter(({ uses, custodian }) => uses === undefined && (user === undefined || custodian === user));
}

async function openLeased(keyFile: KeyFile, leases: readonly Grant[], reader: LeaseReader): Promise<Opened> {
  const store = realpathOfParent(reader.store);
  const wanted = [...keyFile.data.domains].flatMap(([domain, { publicKey, secrets }]): WantedDomain[] => {
    const whole = { store, domain, publicKey, boxes: [...secrets] };
    const candidates = leases.map((lease) => coveredPart(lease, whole));
    const most = candidates.reduce((a, b) => (b.boxes.length > a.boxes.length ? b : a), {
      ...whole,
      boxes: [],
    });
    return most.boxes.length > 0 ? [most] : [];
  });
  refuseTooMany(wanted.map(({ boxes }) => boxes.length).reduce((a, b) => a + b, 0));
  const opened = await openUnlessEnded(wanted, reader);
  if (!opened) return [];
  const keysOf = (domain: string): string[] => [findDomain(keyFile.data, domain).publicKey];
  await recordLeases(reader.recorder, opened.leases, { domains: wanted.map(namesIn(keyFile)) }, keysOf);
  return wanted.flatMap(({ domain }, index) =>
    [...(opened.values[index] ?? [])].flatMap(([name, value]) =>
      typeof value === "string" ? [{ domain, name, value }] : [],
    ),
  );
}

/** What a lease opens of a domain. */
function coveredPart(lease: Grant, wanted: WantedDomain): WantedDomain {
  if (coverageOf(lease, wanted).covers) return wanted;
  const boxes = wanted.boxes.filter((box) => coverageOf(lease, { ...wanted, boxes: [box] }).covers);
  return { ...wanted, boxes };
}

/** For the access log; without names, all of a domain. */
function namesIn({ data }: KeyFile): (wanted: WantedDomain) => Names[number] {
  return ({ store, domain, boxes }) =>
    boxes.length === findDomain(data, domain).secrets.size
      ? { store, domain }
      : { store, domain, secrets: boxes.map(([name]) => name) };
}

async function openUnlessEnded(
  wanted: readonly WantedDomain[],
  reader: LeaseReader,
): Promise<Awaited<ReturnType<typeof openByLeases>>> {
  try {
    return await openByLeases(wanted, { ...reader, passphraseGiven: false });
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}
