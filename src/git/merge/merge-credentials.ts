import { PprotectError } from "../../common/errors.ts";
import type { PrivateKey } from "../../crypto/x25519/private-key.ts";
import type { Creds } from "../../store/credentials.ts";
import { type UnlockedCustodian, unlockCustodian } from "../../store/custodian.ts";
import { openDomainKey, openSecret } from "../../store/domain.ts";
import type { StoreData } from "../../store/store-data.ts";
import type { SideName, Sides } from "./versions.ts";

/** Opens what one custodian may open in the versions of a merge. Nothing is derived before it is needed. */
export interface Opener {
  /** Whether the credentials are those of a custodian in any of the versions. */
  fits(): boolean;
  /** A domain's private key as one version has it, or `undefined` when these credentials cannot open it. */
  domainKey(side: SideName, domain: string): PrivateKey | undefined;
  /** A secret of one version in the clear, or `undefined`. */
  secret(side: SideName, domain: string, secret: string): string | undefined;
}

/** An opener for someone who gave no credentials. */
export const NO_CREDENTIALS: Opener = {
  fits: () => false,
  domainKey: () => undefined,
  secret: () => undefined,
};

/** An opener with somebody's credentials: one key derivation for each key material of theirs among the versions. */
export function openerFor(creds: Creds, sides: Sides): Opener {
  const custodians = new Map<string, UnlockedCustodian | undefined>();
  const keys = new Map<string, PrivateKey | undefined>();

  const custodianIn = (store: StoreData): UnlockedCustodian | undefined => {
    const pwdkm = store.custodians.get(creds.name);
    if (pwdkm === undefined) return undefined;
    if (!custodians.has(pwdkm)) custodians.set(pwdkm, unlockCustodian(creds, pwdkm));
    return custodians.get(pwdkm);
  };
  const openKey = (side: SideName, name: string): PrivateKey | undefined => {
    const domain = sides[side].domains.get(name);
    // Nothing is derived for a domain that is not theirs to open.
    if (!domain?.owners.has(creds.name)) return undefined;
    const custodian = custodianIn(sides[side]);
    return custodian && orUndefined(() => openDomainKey(name, domain, custodian));
  };
  const domainKey = (side: SideName, name: string): PrivateKey | undefined => {
    const id = `${side}\0${name}`;
    if (!keys.has(id)) keys.set(id, openKey(side, name));
    return keys.get(id);
  };
  return {
    fits: () => [sides.ours, sides.theirs, sides.base].some((store) => custodianIn(store) !== undefined),
    domainKey,
    secret(side, domain, secret) {
      const sealed = sides[side].domains.get(domain)?.secrets.get(secret);
      const key = sealed === undefined ? undefined : domainKey(side, domain);
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
