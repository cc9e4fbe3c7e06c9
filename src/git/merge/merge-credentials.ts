import { PprotectError } from "../../common/errors.ts";
import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import type { Creds } from "../../store/credentials.ts";
import { type UnlockedCustodian, unlockCustodian } from "../../store/custodian.ts";
import { openDomainKey, openSecret } from "../../store/domain.ts";
import type { StoreData } from "../../store/store-data.ts";
import type { StoreVersions, VersionName } from "./versions.ts";

/** Opens what one custodian can open in the versions of a merge. Nothing is derived before it is needed. */
export interface MergeCredentials {
  /** Whether they are the credentials of a custodian in any of the versions. */
  areValid(): boolean;
  /** A domain's private key in one version, or `undefined` if these credentials cannot open it. */
  domainKey(version: VersionName, domain: string): PrivateKey | undefined;
  /** The value of a secret in one version, or `undefined`. */
  secret(version: VersionName, domain: string, secret: string): string | undefined;
}

/** For a merge without credentials. */
export const NO_CREDENTIALS: MergeCredentials = {
  areValid: () => false,
  domainKey: () => undefined,
  secret: () => undefined,
};

/** One custodian's credentials: one key derivation for each key material of that name among the versions. */
export function mergeCredentials(creds: Creds, versions: StoreVersions): MergeCredentials {
  const custodians = new Map<string, UnlockedCustodian | undefined>();
  const keys = new Map<string, PrivateKey | undefined>();

  const custodianIn = (store: StoreData): UnlockedCustodian | undefined => {
    const pwdkm = store.custodians.get(creds.name);
    if (pwdkm === undefined) return undefined;
    if (!custodians.has(pwdkm)) custodians.set(pwdkm, unlockCustodian(creds, pwdkm));
    return custodians.get(pwdkm);
  };
  const openKey = (version: VersionName, name: string): PrivateKey | undefined => {
    const domain = versions[version].domains.get(name);
    // Nothing is derived for a domain that the custodian does not own.
    if (!domain?.owners.has(creds.name)) return undefined;
    const custodian = custodianIn(versions[version]);
    return custodian && orUndefined(() => openDomainKey(name, domain, custodian));
  };
  const domainKey = (version: VersionName, name: string): PrivateKey | undefined => {
    const id = `${version}\0${name}`;
    if (!keys.has(id)) keys.set(id, openKey(version, name));
    return keys.get(id);
  };
  return {
    areValid: () =>
      [versions.ours, versions.theirs, versions.base].some((store) => custodianIn(store) !== undefined),
    domainKey,
    secret(version, domain, secret) {
      const sealed = versions[version].domains.get(domain)?.secrets.get(secret);
      const key = sealed === undefined ? undefined : domainKey(version, domain);
      return sealed === undefined || !key
        ? undefined
        : orUndefined(() => openSecret(sealed, key, { domain, secret }));
    },
  };
}

function orUndefined<Result>(open: () => Result): Result | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof PprotectError) return undefined;
    throw error;
  }
}
