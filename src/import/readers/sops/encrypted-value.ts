import { createDecipheriv } from "node:crypto";
import { decodeBase64 } from "../../../crypto/base64.ts";

/** A value as SOPS writes it (aes/cipher.go): `ENC[AES256_GCM,data:…,iv:…,tag:…,type:str]`. */
const ENCRYPTED = /^ENC\[AES256_GCM,data:([^,]+),iv:([^,]+),tag:([^,]+),type:([a-z]+)\]/;

/** What SOPS encrypts; a comment may be the item of a list. */
export type SopsType = "str" | "int" | "float" | "bool" | "bytes" | "time" | "comment";
const TYPES: readonly string[] = ["str", "int", "float", "bool", "bytes", "time", "comment"];

export interface OpenedValue {
  readonly type: SopsType;
  readonly bytes: Uint8Array;
}

/**
 * Opens a value: AES-256-GCM with a nonce of any length, as NIST SP 800-38D has it.
 *
 * @param key 32 bytes
 * @param additionalData what the value is bound to: its path, or the time for the MAC
 * @returns nothing when it is not of that form, or was not sealed so
 */
export function openSopsValue(
  text: string,
  key: Uint8Array,
  additionalData: string,
): OpenedValue | undefined {
  const [, data, iv, tag, type = ""] = ENCRYPTED.exec(text) ?? [];
  const [ciphertext, nonce, mac] = [data, iv, tag].map((part) => decodeBase64(part ?? ""));
  if (!ciphertext || !nonce || nonce.length === 0 || mac?.length !== 16 || !isType(type)) return undefined;
  const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 });
  decipher.setAAD(Buffer.from(additionalData));
  decipher.setAuthTag(mac);
  try {
    return { type, bytes: new Uint8Array(Buffer.concat([decipher.update(ciphertext), decipher.final()])) };
  } catch {
    return undefined;
  }
}

function isType(type: string): type is SopsType {
  return TYPES.includes(type);
}
