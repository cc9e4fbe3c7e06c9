import { displayName } from "../../common/terminal-safe.ts";
import {
  CUSTODIANS_KEY,
  type Domain,
  META_KEY,
  OWNERS_KEY,
  PUBLIC_KEY_KEY,
  PWDKM_KEY,
  SECRET_PREFIX,
  type StoreData,
} from "../store-data.ts";
import { keyMaterialProblem } from "./key-material.ts";
import { secretNameProblem } from "./names.ts";
import type { ProblemCode } from "./problem.ts";
import { publicKeyProblem, sealedKeyProblem, sealedValueProblem } from "./sealed-value.ts";

/** The keys from the root of the file down to an entry. */
export type EntryPath = readonly string[];

/** Something wrong with one entry, by its path instead of its line. */
export interface EntryProblem {
  readonly path: EntryPath;
  readonly code: ProblemCode;
  readonly message: string;
}

/**
 * Checks every entry of a store against FORMAT.md, "Encodings". Needs no credentials, so it cannot find what takes a
 * private key to see, such as a secret sealed to an earlier key.
 *
 * @param valid another version, without a problem: an entry that is equal in it is not checked again
 */
export function validateEntries(store: StoreData, valid?: StoreData): EntryProblem[] {
  const problems: EntryProblem[] = [];
  const report: Report = (code, problem, path, subject) => {
    if (problem !== undefined) problems.push({ path: path(), code, message: `${subject()} ${problem}` });
  };
  for (const [name, domain] of store.domains)
    validateDomain(name, domain, { before: valid?.domains.get(name), custodians: store.custodians, report });
  for (const [name, pwdkm] of store.custodians) {
    if (valid?.custodians.get(name) === pwdkm) continue;
    report(
      "invalid_key_material",
      keyMaterialProblem(pwdkm),
      () => [CUSTODIANS_KEY, name, PWDKM_KEY],
      () => `custodian "${displayName(name)}": key material`,
    );
  }
  return problems;
}

/** Reports a problem, if there is one. It gets functions, so that a store without problems, however large, builds no path and no text. */
type Report = (
  code: ProblemCode,
  problem: string | undefined,
  path: () => EntryPath,
  subject: () => string,
) => void;

interface DomainContext {
  /** The domain in a version without a problem. */
  readonly before: Domain | undefined;
  readonly custodians: StoreData["custodians"];
  readonly report: Report;
}

function validateDomain(name: string, domain: Domain, { before, custodians, report }: DomainContext): void {
  const at = () => `domain "${displayName(name)}"`;
  report(
    "reserved_name",
    name.startsWith(META_KEY) ? `names that start with "${META_KEY}" are reserved` : undefined,
    () => [name],
    () => `${at()}:`,
  );
  // Unlike an iterator, this makes no array of each entry.
  domain.secrets.forEach((sealed, secret) => {
    if (before?.secrets.get(secret) === sealed) return;
    const nameProblem = secretNameProblem(secret);
    const problem = sealedValueProblem(sealed);
    if (nameProblem === undefined && problem === undefined) return;
    const path = () => [name, SECRET_PREFIX + secret];
    report("invalid_name", nameProblem, path, () => `${at()}:`);
    report("secret_not_sealed", problem, path, () => `${at()}: secret "${displayName(secret)}"`);
  });
  report(
    "invalid_public_key",
    before?.publicKey === domain.publicKey ? undefined : publicKeyProblem(domain.publicKey),
    () => [name, META_KEY, PUBLIC_KEY_KEY],
    () => `${at()}: public key`,
  );
  for (const [owner, sealed] of domain.owners) {
    const path = () => [name, META_KEY, OWNERS_KEY, owner];
    const who = () => `${at()}: owner "${displayName(owner)}"`;
    const problem = before?.owners.get(owner) === sealed ? undefined : sealedKeyProblem(sealed);
    report("owner_key_not_sealed", problem, path, () => `${who()}: sealed domain key`);
    const isKnown = custodians.has(owner);
    report("unknown_owner", isKnown ? undefined : `is not among the ${CUSTODIANS_KEY}`, path, who);
  }
}
