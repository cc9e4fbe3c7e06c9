import { displayName } from "../../common/terminal-safe.ts";
import {
  CUSTODIANS_KEY,
  META_KEY,
  OWNERS_KEY,
  PUBLIC_KEY_KEY,
  PWDKM_KEY,
  SECRET_PREFIX,
  type StoreData,
} from "../store-data.ts";
import { keyMaterialProblem } from "./key-material.ts";
import { secretNameProblem } from "./names.ts";
import { publicKeyProblem, sealedKeyProblem, sealedValueProblem } from "./sealed-value.ts";

/** The keys from the root down to an entry, as they stand in the file. */
export type EntryPath = readonly string[];

/** Something wrong with one entry, whatever line it stands on. */
export interface EntryProblem {
  readonly path: EntryPath;
  readonly message: string;
}

/**
 * Holds every entry of a store against FORMAT.md, "Encodings", without any credential. What a reader without
 * a key cannot see, such as a secret sealed to an earlier key, is not found here.
 */
export function validateEntries(store: StoreData): EntryProblem[] {
  const problems: EntryProblem[] = [];
  const report = (path: () => EntryPath, what: () => string, problem: string | undefined): void => {
    if (problem !== undefined) problems.push({ path: path(), message: `${what()} ${problem}` });
  };
  for (const [name, domain] of store.domains) {
    const at = () => `domain "${displayName(name)}"`;
    if (name.startsWith(META_KEY))
      report(
        () => [name],
        () => `${at()}:`,
        `names that start with "${META_KEY}" are reserved`,
      );
    for (const [secret, sealed] of domain.secrets) {
      const path = () => [name, SECRET_PREFIX + secret];
      report(path, () => `${at()}:`, secretNameProblem(secret));
      report(path, () => `${at()}: secret "${displayName(secret)}"`, sealedValueProblem(sealed));
    }
    report(
      () => [name, META_KEY, PUBLIC_KEY_KEY],
      () => `${at()}: public key`,
      publicKeyProblem(domain.publicKey),
    );
    for (const [owner, sealed] of domain.owners) {
      const path = () => [name, META_KEY, OWNERS_KEY, owner];
      report(
        path,
        () => `${at()}: owner "${displayName(owner)}": sealed domain key`,
        sealedKeyProblem(sealed),
      );
      if (!store.custodians.has(owner)) {
        report(path, () => `${at()}: owner "${displayName(owner)}"`, `is not among the ${CUSTODIANS_KEY}`);
      }
    }
  }
  for (const [name, pwdkm] of store.custodians) {
    const path = () => [CUSTODIANS_KEY, name, PWDKM_KEY];
    report(path, () => `custodian "${displayName(name)}": key material`, keyMaterialProblem(pwdkm));
  }
  return problems;
}
