import { encodeUtf8 } from "../../../common/utf8.ts";
import { decryptAge, withoutArmor } from "../../../crypto/age.ts";
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
  for (const { encrypted } of age) {
    const key = await decryptAge(unarmored(encrypted), identities);
    if (key?.length === DATA_KEY_BYTES) return key;
  }
  return undefined;
}

/** Without any armor that can be read, nothing opens it. */
function unarmored(text: string): Uint8Array {
  try {
    return withoutArmor(encodeUtf8(text));
  } catch {
    return new Uint8Array(0);
  }
}
