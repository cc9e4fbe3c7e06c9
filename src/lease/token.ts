import { createHash } from "node:crypto";
import { equalBytes, randomBytes } from "../crypto/bytes.ts";

export { LEASE_VARIABLE } from "../common/lease-variable.ts";

/** 128 bits cannot be guessed. */
const TOKEN_BYTES = 16;
/** As base64url. */
const TOKEN = /^[A-Za-z0-9_-]{22}$/;

/** Hex digits of a lease's id. */
const ID_DIGITS = 16;
export const LEASE_ID = /^[0-9a-f]{16}$/;

/** A new token of random bytes. */
export function newToken(): Uint8Array {
  return randomBytes(TOKEN_BYTES);
}

export function encodeToken(token: Uint8Array): string {
  return Buffer.from(token).toString("base64url");
}

/** @returns `undefined` for text that is not a token */
export function decodeToken(text: string): Uint8Array | undefined {
  return TOKEN.test(text) ? new Uint8Array(Buffer.from(text, "base64url")) : undefined;
}

/** The id of the lease that a token is for. The token cannot be found from it. */
export function leaseIdOf(token: Uint8Array): string {
  return createHash("sha256").update("pprotect lease\0").update(token).digest("hex").slice(0, ID_DIGITS);
}

/** Compares in a time that does not depend on where the two differ. */
export function isToken(text: string | undefined, token: Uint8Array): boolean {
  const given = text === undefined ? undefined : decodeToken(text);
  return given !== undefined && equalBytes(given, token);
}
