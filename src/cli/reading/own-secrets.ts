import { PprotectError } from "../../common/errors.ts";
import { LEASE_VARIABLE } from "../../common/lease-variable.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { GivenCredentials } from "../../credentials/cascade.ts";
import { givenPassphrase } from "../../credentials/given-passphrase.ts";
import { readPassphraseFile } from "../../credentials/passphrase-file.ts";
import { isRawPassphrase } from "../../crypto/raw-passphrase.ts";
import type { OwnSecret } from "../../git/guard/own-secrets.ts";
import type { Names, SecretReference } from "../../lease/access-log/recorder.ts";
import { describeNoAnswer } from "../../lease/connection.ts";
import { coverageOf, type WantedDomain } from "../../lease/cover.ts";
import { type FoundLeases, findLeases, HOOK_MS } from "../../lease/find.ts";
import type { Grant } from "../../lease/grant.ts";
import { decodeToken, leaseIdOf } from "../../lease/token.ts";
import { keyTypeOf, type UnlockedCustodian, unlockCustodian } from "../../store/custodian.ts";
import type { KeyFile } from "../../store/key-file.ts";
import { findDomain } from "../../store/lookup.ts";
import { absolutePath } from "../../system/path-text.ts";
import { realpathOfParent } from "../../system/real-path.ts";
import { type LeaseReader, openByLeases, recordLeases } from "./open-secrets.ts";

/** A store whose values are searched. */
export interface SearchedStore {
  /** Its path, as messages name it. */
  readonly file: string;
  readonly keyFile: KeyFile;
}

/** A store with what can be opened of it. */
interface Openable extends SearchedStore {
  /** Its real path. */
  readonly path: string;
  readonly wanted: readonly WantedDomain[];
}

/**
 * Opens what can be opened without deriving a key and without asking: with a raw key that was given, else with leases
 * that have no limit of uses. A run is one entry of the access log for each custodian, and for each lease. A lease that ends
 * meanwhile, and a value that does not open, are no reason to stop a commit.
 *
 * @param readStores called only where there is something that may open them
 * @throws PprotectError `file_error` when the access log is required and cannot be written; what `readStores` throws
 */
export async function ownSecretsAtHand(
  readStores: () => Promise<readonly SearchedStore[]>,
  given: GivenCredentials,
  reader: LeaseReader,
): Promise<OwnSecret[]> {
  const passphrase = plainPassphrase(given);
  if (passphrase !== undefined && isRawPassphrase(passphrase)) {
    const opened = await openRaw(await readStores(), passphrase, reader);
    if (opened) return opened;
  }
  const found = await findLeases(reader.environment, HOOK_MS);
  const leases = usableLeases(found, reader);
  return leases.length === 0 ? [] : openLeased(await readStores(), leases, reader, found);
}

/** Opening takes 0.15 ms for each, and a hook runs at every commit. */
const MOST_SECRETS = 10_000;

/** As many stores as fit; the others are warned about. */
function withinLimit<Each extends Openable>(
  stores: readonly Each[],
  warn: (message: string) => void,
): readonly Each[] {
  const chosen: Each[] = [];
  let left = MOST_SECRETS;
  for (const store of stores) {
    const count = store.wanted.map(({ boxes }) => boxes.length).reduce((a, b) => a + b, 0);
    if (count > left)
      warn(
        `values of ${displayName(store.file)} were not searched: more than ${MOST_SECRETS} secrets could be opened`,
      );
    else {
      left -= count;
      chosen.push(store);
    }
  }
  return chosen;
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

/** @returns `undefined` when it is not a custodian's key */
async function openRaw(
  stores: readonly SearchedStore[],
  passphrase: string,
  { recorder, warn }: LeaseReader,
): Promise<OwnSecret[] | undefined> {
  const openable = stores.flatMap((store) => {
    const custodian = rawCustodian(store.keyFile, passphrase);
    return custodian ? [{ ...openableOf(store, store.keyFile.domainsOf(custodian.name)), custodian }] : [];
  });
  if (openable.length === 0) return undefined;
  const chosen = withinLimit(openable, warn);
  for (const [name, some] of Map.groupBy(chosen, ({ custodian }) => custodian.name))
    await recorder.record({
      custodian: name,
      domains: some.flatMap(({ path, wanted }) => wanted.map(({ domain }) => ({ store: path, domain }))),
    });
  return chosen.flatMap(({ file, keyFile, wanted, custodian }) =>
    wanted.flatMap(({ domain, boxes }) => {
      const choices = boxes.map(([name]) => ({ domain, name }));
      return thatOpen(keyFile, choices, custodian).map((secret) => ({ store: file, ...secret }));
    }),
  );
}

/** @param domains those that may be opened */
function openableOf({ file, keyFile }: SearchedStore, domains: readonly string[]): Openable {
  const path = realpathOfParent(absolutePath(file));
  const wanted = domains.map((domain): WantedDomain => {
    const { publicKey, secrets } = findDomain(keyFile.data, domain);
    return { store: path, domain, publicKey, boxes: [...secrets] };
  });
  return { file, keyFile, path, wanted };
}

/** All of a domain at once; where one does not open, one by one. */
function thatOpen(
  keyFile: KeyFile,
  choices: readonly SecretReference[],
  custodian: UnlockedCustodian,
): readonly (SecretReference & { readonly value: string })[] {
  try {
    return keyFile.decryptSecrets(choices, custodian);
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    if (choices.length === 1) return [];
  }
  return choices.flatMap((choice) => thatOpen(keyFile, [choice], custodian));
}

/** Leases of any number of uses: each run of the guard would be one. One that is there and does not answer is warned about. */
function usableLeases(
  { live, silent }: FoundLeases,
  { environment, ignoreEnvironment, user, warn }: LeaseReader,
): Grant[] {
  const text = environment[LEASE_VARIABLE];
  if (text !== undefined && ignoreEnvironment) return [];
  const token = text === undefined ? undefined : decodeToken(text);
  if (text !== undefined && !token) return [];
  const id = token && leaseIdOf(token);
  for (const { id: other, why } of silent)
    if ((why === "silent" || why === "busy") && (id ?? other) === other)
      warn(
        `lease ${other} ${describeNoAnswer(why)}, so values that it opens were not searched; \`pprotect revoke ${other}\` ends it`,
      );
  return live
    .map(({ grant }) => grant)
    .filter((grant) => (id === undefined ? !grant.private : grant.id === id))
    .filter(({ uses, custodian }) => uses === undefined && (user === undefined || custodian === user));
}

async function openLeased(
  stores: readonly SearchedStore[],
  leases: readonly Grant[],
  reader: LeaseReader,
  found: FoundLeases,
): Promise<OwnSecret[]> {
  const openable = stores
    .map((store) => openableOf(store, [...store.keyFile.data.domains.keys()]))
    .map((store) => ({ ...store, wanted: store.wanted.flatMap((whole) => mostCovered(leases, whole)) }));
  const chosen = withinLimit(openable, reader.warn);
  const wanted = chosen.flatMap((store) => store.wanted.map((each) => ({ ...each, of: store })));
  const opened = await openUnlessEnded(wanted, reader, found);
  if (!opened) return [];
  const keysOf = ({ store, domain }: Names[number]): string[] =>
    wanted.filter((each) => each.store === store && each.domain === domain).map(({ publicKey }) => publicKey);
  await recordLeases(reader.recorder, opened.leases, { domains: wanted.map(namesIn) }, keysOf);
  return wanted.flatMap(({ domain, of }, index) =>
    [...(opened.values[index] ?? [])].flatMap(([name, value]) =>
      typeof value === "string" ? [{ store: of.file, domain, name, value }] : [],
    ),
  );
}

/** As much of a domain as one of the leases opens. */
function mostCovered(leases: readonly Grant[], whole: WantedDomain): WantedDomain[] {
  const most = leases
    .map((lease) => coveredPart(lease, whole))
    .reduce((a, b) => (b.boxes.length > a.boxes.length ? b : a), { ...whole, boxes: [] });
  return most.boxes.length > 0 ? [most] : [];
}

/** What a lease opens of a domain. */
function coveredPart(lease: Grant, wanted: WantedDomain): WantedDomain {
  if (coverageOf(lease, wanted).covers) return wanted;
  const boxes = wanted.boxes.filter((box) => coverageOf(lease, { ...wanted, boxes: [box] }).covers);
  return { ...wanted, boxes };
}

/** For the access log; without names, all of a domain. */
function namesIn({ store, domain, boxes, of }: WantedDomain & { readonly of: Openable }): Names[number] {
  return boxes.length === findDomain(of.keyFile.data, domain).secrets.size
    ? { store, domain }
    : { store, domain, secrets: boxes.map(([name]) => name) };
}

async function openUnlessEnded(
  wanted: readonly WantedDomain[],
  reader: LeaseReader,
  found: FoundLeases,
): Promise<Awaited<ReturnType<typeof openByLeases>>> {
  try {
    return await openByLeases(wanted, { ...reader, passphraseGiven: false }, found);
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}
