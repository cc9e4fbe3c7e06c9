import { lazy } from "../common/lazy.ts";
import { isBun } from "../common/runtime.ts";
import type { PrivateKey } from "../crypto/x25519/private-key.ts";
import { cannotOpen, notText, openSecret, sealSecret } from "./domain.ts";
import { decodePublicKey } from "./format/sealed-value.ts";
import type { Domain } from "./store-data.ts";

/** From this number of secrets on, a second thread is worth it: it starts in the time of opening a few hundred. */
export const MANY_SECRETS = 2_000;

/** The most characters of a value in base64 for which there is memory in each batch. */
const LARGE_VALUE = 1 << 18;

const batches = lazy(() => require("./batches/many-values.ts") as typeof import("./batches/many-values.ts"));

/** A domain whose secrets are opened. */
interface OpenDomain {
  /** Its name, for messages. */
  readonly name: string;
  readonly key: PrivateKey;
}

/** Names of secrets, and their sealed values (base64) in the same order: large stores have no objects for them. */
export interface SealedSecrets {
  readonly names: readonly string[];
  readonly sealed: readonly string[];
}

/**
 * Opens secrets of one domain.
 *
 * @returns the values, in the same order
 * @throws PprotectError `cannot_open` for the first that cannot be opened
 */
export function openSecrets({ names, sealed }: SealedSecrets, { name: domain, key }: OpenDomain): string[] {
  const at = (index: number) => ({ domain, secret: names[index] ?? "" });
  if (!areMany(sealed)) return sealed.map((each, index) => openSecret(each, key, at(index)));
  return workOnAll(sealed, { privateKey: key }, at);
}

/**
 * Opens secrets of one domain and seals them to another key.
 *
 * @returns the new sealed values (base64), in the same order
 * @throws PprotectError `cannot_open` for the first that cannot be opened
 */
export function resealSecrets(
  { names, sealed }: SealedSecrets,
  { name: domain, key }: OpenDomain,
  to: Pick<Domain, "publicKey">,
): string[] {
  const at = (index: number) => ({ domain, secret: names[index] ?? "" });
  if (!areMany(sealed)) return sealed.map((each, index) => sealSecret(to, openSecret(each, key, at(index))));
  return workOnAll(sealed, { privateKey: key, recipient: decodePublicKey(to.publicKey) }, at);
}

function areMany(sealed: readonly string[]): boolean {
  return sealed.length >= MANY_SECRETS && sealed.every(({ length }) => length <= LARGE_VALUE);
}

function collectGarbage(): void {
  if (isBun) Bun.gc(true);
}

function workOnAll(
  sealed: readonly string[],
  keys: { readonly privateKey: PrivateKey; readonly recipient?: Uint8Array },
  at: (index: number) => { readonly domain: string; readonly secret: string },
): string[] {
  // The engine lets the heap double before it collects garbage. Most of what reading a large store left is garbage.
  collectGarbage();
  const results: string[] = [];
  batches().workOnValues(sealed, keys, (result) => {
    if (typeof result === "string") results.push(result);
    else throw (result.problem === "not opened" ? cannotOpen : notText)(at(results.length));
  });
  collectGarbage();
  return results;
}
