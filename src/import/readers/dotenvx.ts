import { createDecipheriv, hkdfSync } from "node:crypto";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { PprotectError } from "../../common/errors.ts";
import { displayName } from "../../common/terminal-safe.ts";
import { decodeUtf8 } from "../../common/utf8.ts";
import { decodeBase64 } from "../../crypto/base64.ts";
import { concatBytes } from "../../crypto/bytes.ts";
import type { ReadEntry, ReadResult } from "../entry.ts";
import { InvalidImportError, type LineProblem } from "../invalid-import.ts";
import { hasReference } from "../references.ts";

const ENCRYPTED = "encrypted:";
const PUBLIC_KEY_NAME = /^DOTENV_PUBLIC_KEY(?:_[A-Z0-9_]+)?$/;

/** Whether dotenvx encrypted a value of this dotenv file. */
export function isDotenvx({ entries }: ReadResult): boolean {
  return entries.some(({ value }) => value.startsWith(ENCRYPTED));
}

/**
 * The variable with the private key of a file: `DOTENV_PRIVATE_KEY` for `.env`, `DOTENV_PRIVATE_KEY_PRODUCTION` for
 * `.env.production`.
 */
export function dotenvxKeyVariable(file: string): string {
  const base = file.replace(/^.*[/\\]/, "");
  const environment = /^\.env\.(.+?)(?:\.txt)?$/.exec(base)?.[1] ?? "";
  const suffix = environment.replace(/[^A-Za-z0-9]+/g, "_").toUpperCase();
  return suffix === "" ? "DOTENV_PRIVATE_KEY" : `DOTENV_PRIVATE_KEY_${suffix}`;
}

/**
 * Decrypts the values of a dotenv file that dotenvx encrypted. The file's public key is left out: it is not a secret.
 *
 * @param environment has the private key, or several with commas between them, as {@link dotenvxKeyVariable} names it
 * @throws PprotectError `missing_credentials` when there is no private key
 * @throws InvalidImportError naming each value that it does not open
 */
export function decryptDotenvx(
  { entries, notes }: ReadResult,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): ReadResult {
  const variable = dotenvxKeyVariable(file);
  const keys = privateKeys(environment[variable] ?? environment.DOTENV_PRIVATE_KEY ?? "", variable);
  const problems: LineProblem[] = [];
  const opened = entries
    .filter(({ name }) => !PUBLIC_KEY_NAME.test(name))
    .map((entry): ReadEntry => {
      if (!entry.value.startsWith(ENCRYPTED)) return entry;
      const value = decrypt(entry.value.slice(ENCRYPTED.length), keys);
      if (value === undefined) {
        problems.push({
          line: entry.line,
          message: `"${displayName(entry.name)}" does not open with the private key of ${variable}`,
        });
      }
      return { ...entry, value: value ?? "" };
    });
  if (problems.length > 0) throw new InvalidImportError(file, problems);
  const names = new Set(opened.map(({ name }) => name));
  return {
    entries: opened,
    notes: [
      ...notes.filter(({ name }) => names.has(name)),
      ...opened
        .filter(isNewReference(entries))
        .map(({ name, line }) => ({ kind: "reference" as const, name, line })),
    ],
  };
}

/** Values that hold a reference only once they are decrypted. */
function isNewReference(sealed: readonly ReadEntry[]): (entry: ReadEntry) => boolean {
  const before = new Set(sealed.filter(({ value }) => value.startsWith(ENCRYPTED)).map(({ name }) => name));
  return ({ name, value }) => before.has(name) && hasReference(value);
}

function privateKeys(text: string, variable: string): Uint8Array[] {
  const keys = text
    .split(",")
    .map((key) => key.trim())
    .filter((key) => key !== "");
  if (keys.length === 0) {
    throw new PprotectError(
      "missing_credentials",
      `the file is encrypted by dotenvx, and ${variable} is not set`,
      "it is in .env.keys, or with the person who encrypted the file",
    );
  }
  if (keys.some((key) => !/^[0-9a-fA-F]{64}$/.test(key))) {
    throw new PprotectError(
      "missing_credentials",
      `${variable} is not a private key of 64 hexadecimal digits`,
    );
  }
  return keys.map((key) => new Uint8Array(Buffer.from(key, "hex")));
}

const POINT_BYTES = 65;
const NONCE_BYTES = 16;
const TAG_BYTES = 16;

/**
 * ECIES as eciesjs does it by default: an ephemeral secp256k1 key, uncompressed; HKDF-SHA-256 over that key and the
 * shared point, both uncompressed, without salt or info; AES-256-GCM. Layout: key ‖ nonce ‖ tag ‖ ciphertext.
 */
function decrypt(base64: string, keys: readonly Uint8Array[]): string | undefined {
  const bytes = decodeBase64(base64);
  if (!bytes || bytes.length < POINT_BYTES + NONCE_BYTES + TAG_BYTES) return undefined;
  const ephemeral = bytes.subarray(0, POINT_BYTES);
  const sealed = bytes.subarray(POINT_BYTES);
  for (const key of keys) {
    try {
      const shared = secp256k1.getSharedSecret(key, ephemeral, false);
      const secret = concatBytes(ephemeral, shared);
      const aesKey = hkdfSync("sha256", secret, new Uint8Array(), new Uint8Array(), 32);
      const decipher = createDecipheriv(
        "aes-256-gcm",
        new Uint8Array(aesKey),
        sealed.subarray(0, NONCE_BYTES),
        {
          authTagLength: TAG_BYTES,
        },
      );
      decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      const ciphertext = sealed.subarray(NONCE_BYTES + TAG_BYTES);
      return decodeUtf8(Buffer.concat([decipher.update(ciphertext), decipher.final()]));
    } catch {
      // Not a point of the curve, or sealed to another key.
    }
  }
  return undefined;
}
