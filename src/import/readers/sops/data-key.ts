import { armor, Decrypter } from "age-encryption";
import type { SopsMetadata } from "./sops-file.ts";

const DATA_KEY_BYTES = 32;

/**
 * Decrypts a file's data key with one of several age identities.
 *
 * @param identities `AGE-SECRET-KEY-1…`; one that is not valid is passed over
 * @returns 32 bytes, or nothing when none of the identities is a recipient's
 */
export async function sopsDataKey(
  { age }: SopsMetadata,
  identities: readonly string[],
): Promise<Uint8Array | undefined> {
  for (const identity of identities) {
    for (const { encrypted } of age) {
      try {
        const decrypter = new Decrypter();
        decrypter.addIdentity(identity);
        const key = await decrypter.decrypt(armor.decode(encrypted));
        if (key.length === DATA_KEY_BYTES) return key;
      } catch {
        // Another recipient's, or damaged: the next may open.
      }
    }
  }
  return undefined;
}
