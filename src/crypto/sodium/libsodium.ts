import { lazy } from "../../common/lazy.ts";
import { isBun } from "../../common/runtime.ts";
import { loadAddon } from "../native-addon.ts";
import { sodiumFile } from "./sodium-file.ts";

/** What is used of the addon of `sodium-native`. Each function checks the lengths of its arguments. */
export interface Libsodium {
  /** Memory that is not swapped or dumped where the system allows it, between pages that cannot be read; overwritten when it is freed. */
  sodium_malloc(length: number): Uint8Array;
  /** X25519 with the base point. @param publicKey gets the result */
  crypto_scalarmult_base(publicKey: Uint8Array, privateKey: Uint8Array): void;
  /** X25519. @param shared gets the result. @throws Error when the result is all zero */
  crypto_scalarmult(shared: Uint8Array, privateKey: Uint8Array, publicKey: Uint8Array): void;
  /** Multiplies Ed25519's base point. @param point gets the result. @throws Error when the scalar is 0 */
  crypto_scalarmult_ed25519_base_noclamp(point: Uint8Array, scalar: Uint8Array): void;
  /** Makes a sealed box. @param sealed gets the result. @throws Error when the public key is of small order */
  crypto_box_seal(sealed: Uint8Array, plaintext: Uint8Array, publicKey: Uint8Array): void;
  /** Opens a sealed box. @param plaintext gets the result. @returns whether it could be opened */
  crypto_box_seal_open(
    plaintext: Uint8Array,
    sealed: Uint8Array,
    publicKey: Uint8Array,
    privateKey: Uint8Array,
  ): boolean;
}

/**
 * libsodium, as the addon of the package `sodium-native`. In a process as short as most commands it takes a fifth of the time that
 * the runtime's library and @noble take to load and to open a few boxes.
 *
 * @returns `undefined` where there is none: in Node, with musl, and where it cannot be loaded
 */
export const libsodium = lazy((): Libsodium | undefined => {
  const file = isBun ? sodiumFile() : undefined;
  return file === undefined ? undefined : loadAddon<Libsodium>(file, "libsodium");
});
