import { PprotectError } from "../../common/errors.ts";
import { suggest } from "../../common/suggest.ts";
import { displayName } from "../../common/terminal-safe.ts";
import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import type { Creds } from "../../store/credentials.ts";
import { type UnlockedCustodian, unlockCustodian } from "../../store/custodian.ts";
import { openDomainKey, openSecret } from "../../store/domain.ts";
import { unionOfKeys } from "../../store/store-data.ts";
import { type StoreVersions, VERSIONS, type VersionName } from "./versions.ts";

/** Opens what one custodian can open in the versions of a merge. Nothing is derived before it is needed. */
export interface MergeCredentials {
  /** The private key of a domain's public key (base64), or `undefined` if no version has a copy that these open. */
  domainKey(domain: string, publicKey: string | undefined): PrivateKey | undefined;
  /** The value of a secret in one version, or `undefined`. */
  secret(version: VersionName, domain: string, secret: string): string | undefined;
  /** Whether a version has a copy of its key for this custodian, and it does not open. */
  cannotOpenCopy(version: VersionName, domain: string): boolean;
  /** Why the credentials open nothing at all, or `undefined`. */
  problem(): string | undefined;
}

/** For a merge without credentials. */
export const NO_CREDENTIALS: MergeCredentials = {
  domainKey: () => undefined,
  secret: () => undefined,
  cannotOpenCopy: () => false,
  problem: () => undefined,
};

/** One custodian's credentials: one key derivation for each key material of that name among the versions. */
export function mergeCredentials(creds: Creds, versions: StoreVersions): MergeCredentials {
  const unlocked = memoized((pwdkm: string) => unlockCustodian(creds, pwdkm));
  const custodianIn = (version: VersionName): UnlockedCustodian | undefined => {
    const pwdkm = versions[version].custodians.get(creds.name);
    return pwdkm === undefined ? undefined : unlocked(pwdkm);
  };
  const keysIn = (version: VersionName) =>
    memoized((name: string) => {
      const domain = versions[version].domains.get(name);
      // Nothing is derived for a domain that the custodian does not own.
      if (!domain?.owners.has(creds.name)) return undefined;
      const custodian = custodianIn(version);
      return custodian && orUndefined(() => openDomainKey(name, domain, custodian));
    });
  const keys = { base: keysIn("base"), ours: keysIn("ours"), theirs: keysIn("theirs") };
  const domainKey = (name: string, publicKey: string | undefined): PrivateKey | undefined => {
    for (const version of VERSIONS) {
      if (publicKey === undefined || versions[version].domains.get(name)?.publicKey !== publicKey) continue;
      const key = keys[version](name);
      if (key) return key;
    }
    return undefined;
  };
  return {
    domainKey,
    secret: secretOpener(versions, domainKey),
    cannotOpenCopy(version, domain) {
      const owns = versions[version].domains.get(domain)?.owners.has(creds.name) ?? false;
      return owns && custodianIn(version) !== undefined && keys[version](domain) === undefined;
    },
    problem() {
      const known = VERSIONS.filter((version) => versions[version].custodians.has(creds.name));
      if (known.length === 0) return unknownCustodian(creds.name, versions);
      return known.some((version) => custodianIn(version))
        ? undefined
        : `the passphrase does not match the key of ${displayName(creds.name)}`;
    },
  };
}

/** Opens secrets of the versions with the keys of their domains, each sealed value once. */
function secretOpener(
  versions: StoreVersions,
  domainKey: MergeCredentials["domainKey"],
): MergeCredentials["secret"] {
  const values = new Map<string, string | undefined>();
  const openAny = (domain: string, secret: string, sealed: string): string | undefined => {
    // A version that kept an old box under a new key says the same as the one that has the box under its own key.
    for (const version of VERSIONS) {
      const from = versions[version].domains.get(domain);
      if (from?.secrets.get(secret) !== sealed) continue;
      const key = domainKey(domain, from.publicKey);
      const value = key && orUndefined(() => openSecret(sealed, key, { domain, secret }));
      if (value !== undefined) return value;
    }
    return undefined;
  };
  return (version, domain, secret) => {
    const sealed = versions[version].domains.get(domain)?.secrets.get(secret);
    if (sealed === undefined) return undefined;
    if (!values.has(sealed)) values.set(sealed, openAny(domain, secret, sealed));
    return values.get(sealed);
  };
}

function unknownCustodian(name: string, { ours, theirs }: StoreVersions): string {
  const near = suggest(name, unionOfKeys(ours.custodians, theirs.custodians));
  const meant = near === undefined ? "" : ` (did you mean "${displayName(near)}"?)`;
  return `no key custodian "${displayName(name)}"${meant}`;
}

function memoized<Value>(make: (key: string) => Value): (key: string) => Value {
  const made = new Map<string, Value>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key) as Value;
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
