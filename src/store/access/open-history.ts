import { createHmac, randomBytes } from "node:crypto";
import { decodeUtf8 } from "../../common/utf8.ts";
import { equalBytes, wipe } from "../../crypto/bytes.ts";
import { open } from "../../crypto/sealed-box.ts";
import { importPrivateKey, type PrivateKey } from "../../crypto/x25519/private-key.ts";
import { isCommonValue, MIN_SECRET } from "../../redact/common-values.ts";
import { holdsKeyOf, keyTypeOf, type UnlockedCustodian, unlockCustodian } from "../custodian.ts";
import { decodePublicKey, openValue } from "../format/sealed-value.ts";
import type { AccessHistory, SealedBox } from "./access-history.ts";
import { placeKey } from "./new-entries.ts";
import type { OpenedValue, OpenedValues } from "./same-values.ts";

/**
 * How many of a custodian's earlier keys are derived, the oldest first: each may take half a second. Anyone can write
 * them into a branch.
 */
const MAX_EARLIER = 3;

/**
 * Opens what a custodian can open of a history, and keeps digests of the values, keyed for this call alone.
 *
 * @param history that was built for this custodian
 * @param custodian unlocked with the present key material
 * @param passphrase the same as then, in case it is the one of earlier key material too
 */
export function openHistory(
  history: AccessHistory,
  custodian: UnlockedCustodian,
  passphrase: string,
): OpenedValues {
  const secret = randomBytes(32);
  const opened = new Map<string, OpenedValue>();
  openBoxes(history, custodian, passphrase, (box, plaintext, publicKey) => {
    opened.set(box.id, { ...digests(box, plaintext, secret), publicKey });
  });
  secret.fill(0);
  return opened;
}

/**
 * Opens what a custodian can open of a history.
 *
 * @param use gets each opened box, its plaintext, which is wiped afterwards, and the public key that it was sealed to
 * @param isWanted says which boxes to open; all of them by default
 */
export function openBoxes(
  history: AccessHistory,
  custodian: UnlockedCustodian,
  passphrase: string,
  use: (box: SealedBox, plaintext: Uint8Array, publicKey: string) => void,
  isWanted: (box: SealedBox) => boolean = () => true,
): void {
  const keys = domainKeys(history, [custodian, ...earlierKeys(history, custodian, passphrase)]);
  for (const box of history.boxes.values()) {
    const found = isWanted(box) ? openBox(box, keys) : undefined;
    if (!found) continue;
    use(box, found.plaintext, found.publicKey);
    wipe(found.plaintext);
  }
}

function earlierKeys(
  { own: { materials } }: AccessHistory,
  custodian: UnlockedCustodian,
  passphrase: string,
): UnlockedCustodian[] {
  const { name } = custodian;
  return (
    [...materials]
      .filter((pwdkm) => !holdsKeyOf(custodian, pwdkm))
      // What another program was asked to make may cost as much as it likes.
      .filter((pwdkm) => keyTypeOf(pwdkm) !== "other")
      .slice(0, MAX_EARLIER)
      .flatMap((pwdkm) => unlockCustodian({ name, passphrase }, pwdkm) ?? [])
  );
}

/** The private keys of domains, by their public key as the file writes it. */
function domainKeys(
  { own: { entries } }: AccessHistory,
  custodians: readonly UnlockedCustodian[],
): ReadonlyMap<string, PrivateKey> {
  const keys = new Map<string, PrivateKey>();
  for (const { publicKey, sealed } of entries) {
    if (keys.has(publicKey)) continue;
    for (const { privateKey } of custodians) {
      const bytes = openValue(sealed, privateKey);
      if (!bytes) continue;
      const key = importPrivateKey(bytes);
      wipe(bytes);
      if (!equalBytes(key.publicKey, decodePublicKey(publicKey))) continue;
      keys.set(publicKey, key);
      break;
    }
  }
  return keys;
}

function openBox({ sealed, keys }: SealedBox, known: ReadonlyMap<string, PrivateKey>) {
  if (!sealed) return undefined;
  for (const publicKey of keys) {
    const key = known.get(publicKey);
    // The first byte is the version.
    const plaintext = key && open(sealed.subarray(1), key);
    if (plaintext) return { plaintext, publicKey };
  }
  return undefined;
}

function digests({ place }: SealedBox, plaintext: Uint8Array, secret: Uint8Array) {
  const value = createHmac("sha256", secret).update(plaintext).digest("base64url");
  const text = decodeUtf8(plaintext) ?? "";
  const isCommon = text.length < MIN_SECRET || isCommonValue(text);
  return { value, shared: isCommon ? `${value} ${placeKey(place)}` : value };
}
