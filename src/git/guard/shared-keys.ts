import { displayName } from "../../common/terminal-safe.ts";
import type { StoreData } from "../../store/store-data.ts";
import { domainFingerprint } from "../../store/trust/fingerprint.ts";
import { DamagedPinsError, findPins } from "../../store/trust/pin-file.ts";
import { type Pins, pinnedElsewhere } from "../../store/trust/pins.ts";
import {
  publicKeyPath,
  SHARED_KEY_FIX,
  sharedKeyMessage,
  sharedKeys,
} from "../../store/trust/shared-keys.ts";
import { trustMode } from "../../store/trust/trust-mode.ts";
import { type FormerDomain, otherDomainsWith } from "../trust/former-domains.ts";
import type { Remark, StoreRevision } from "./store-revision.ts";

const RULE = "shared-key";

/** Domains of one store that have one public key, and keys that another domain has in a parent. */
export function sharedKeyRemarks({ store, parents }: StoreRevision): Remark[] {
  const shared = sharedKeys(store).map((each) => ({
    at: publicKeyPath(each.domain),
    rule: RULE,
    message: `${sharedKeyMessage(each)}: ${SHARED_KEY_FIX}`,
  }));
  const found = new Set(shared.map(({ at: [domain] }) => domain));
  const keys = newKeys(store, parents);
  if (keys.size === 0) return shared;
  const former = new Map(
    parents
      .flatMap((parent) => otherDomainsWith(keys, parent))
      .filter(({ domain }) => !found.has(domain))
      .map((each) => [each.domain, each]),
  );
  return [...shared, ...[...former.values()].map(formerDomainRemark)];
}

/** The public key of each domain that has another one, or is not there, in one of the parents. */
export function newKeys({ domains }: StoreData, parents: readonly StoreData[]): Map<string, string> {
  const keys = new Map<string, string>();
  for (const [name, { publicKey }] of domains) {
    if (parents.some((parent) => parent.domains.get(name)?.publicKey !== publicKey))
      keys.set(name, publicKey);
  }
  return keys;
}

/** A key that another domain had once. */
export function formerDomainRemark({ domain, former }: FormerDomain): Remark {
  return {
    at: publicKeyPath(domain),
    rule: RULE,
    message:
      `domain "${displayName(domain)}" has a public key that domain "${displayName(former)}" has or had in an earlier version: ` +
      `an owner of "${displayName(domain)}" can read what was sealed to it there: ${SHARED_KEY_FIX}`,
  };
}

/** Keys that the user accepted for another domain of this store, such as one that was never committed. */
export function acceptedElsewhere(
  path: string,
  store: StoreData,
  keys: ReadonlyMap<string, string>,
): FormerDomain[] {
  if (keys.size === 0 || trustMode(process.env) !== "first-use") return [];
  const pins = readPins(path, store);
  if (!pins) return [];
  return [...keys].flatMap(([domain, publicKey]) => {
    const key = domainFingerprint({ publicKey });
    if (pins.domains.get(domain)?.key === key) return [];
    const former = pinnedElsewhere(pins, domain, key);
    return former === undefined ? [] : [{ domain, publicKey, former }];
  });
}

/** Damaged pins are reported by the commands that need them. */
function readPins(path: string, store: StoreData): Pins | undefined {
  try {
    return findPins(path, store)?.pins;
  } catch (error) {
    if (error instanceof DamagedPinsError) return undefined;
    throw error;
  }
}
