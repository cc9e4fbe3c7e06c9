import { encodeUtf8 } from "../../common/utf8.ts";
import { storeAsText } from "../../git/history/textconv.ts";
import { storeDiff } from "./text-diff.ts";

/**
 * A change of a store, to be confirmed: with names and fingerprints, as in `git diff`, since base64 says nothing to a reader.
 * @param before the store's text, "" if it does not exist yet
 */
export function describeChange(file: string, before: string, after: string, color: boolean): string {
  const [old = "", changed = ""] = [before, after].map((text) => storeAsText(encodeUtf8(text)));
  return `Changes to be written:\n\n${storeDiff(file, old, changed, color)}\n`;
}
