import { credentialVariables } from "../../credentials/environment-names.ts";
import { clipboardEnvironment, copyText, findClipboard } from "../../system/clipboard.ts";
import { clearLater } from "../../system/clipboard-clearer.ts";
import { CLIP_SECONDS } from "./clip-seconds.ts";

/** Puts a value into the clipboard, for {@link CLIP_SECONDS}. @returns the program that was used */
export type CopyValue = (value: string) => Promise<string>;

/**
 * Finds the clipboard before anything is opened for it.
 * @param prefixes of variables with credentials, which its programs do not get
 * @throws PprotectError `environment` when there is none
 */
export async function openClipboard(prefixes: readonly string[]): Promise<CopyValue> {
  const environment = clipboardEnvironment(process.env, credentialVariables(...prefixes));
  const clipboard = await findClipboard(environment);
  return async (value) => {
    const stopClearer = await clearLater(clipboard, value, { ms: CLIP_SECONDS * 1_000, environment });
    try {
      await copyText(clipboard, value, environment);
    } catch (error) {
      stopClearer();
      throw error;
    }
    return clipboard.name;
  };
}
