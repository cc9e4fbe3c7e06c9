import { randomBytes, wipe } from "./bytes.ts";

const RAW_PASSPHRASE = /^P[0-9a-f]{64}P$/;

/** Whether a passphrase has the form of a raw key, `P<64 hex digits>P` (FORMAT.md, "Keys from passphrases"). */
export function isRawPassphrase(passphrase: string): boolean {
  return RAW_PASSPHRASE.test(passphrase);
}

/** Generates a raw key: 32 random bytes as `P<64 hex digits>P`. */
export function generateRawPassphrase(): string {
  const bytes = randomBytes(32);
  const passphrase = `P${Buffer.from(bytes.buffer).toString("hex")}P`;
  wipe(bytes);
  return passphrase;
}
