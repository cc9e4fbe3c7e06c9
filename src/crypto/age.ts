import { armor, Decrypter } from "age-encryption";
import { decodeUtf8 } from "../common/utf8.ts";
import { isBinaryAgeFile } from "./age-format.ts";

/** An age file without armor. @throws Error when the armor is damaged */
export function withoutArmor(file: Uint8Array): Uint8Array {
  return isBinaryAgeFile(file) ? file : armor.decode(decodeUtf8(file) ?? "");
}

/**
 * Decrypts an age file with the first of some identities that is a recipient's.
 *
 * @param file without armor
 * @param identities `AGE-SECRET-KEY-1…` and `AGE-SECRET-KEY-PQ-1…`; one that is not valid is passed over
 * @returns the plaintext, or nothing when none of the identities opens the file: it may also be damaged
 */
export async function decryptAge(
  file: Uint8Array,
  identities: readonly string[],
): Promise<Uint8Array | undefined> {
  for (const identity of identities) {
    try {
      const decrypter = new Decrypter();
      decrypter.addIdentity(identity);
      return await decrypter.decrypt(file);
    } catch {
      // Another recipient's: the next may open.
    }
  }
  return undefined;
}
