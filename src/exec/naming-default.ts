import { PprotectError } from "../common/errors.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import { MAX_FILE_BYTES, readBounded } from "../system/bounded-read.ts";

/**
 * Whether the manifest beside the store asks for names in upper case (`"uppercase": true`) where its entries are not used:
 * with `--domain`. Nothing else in it matters then, and a file that is not JSON asks for nothing.
 *
 * @param path the manifest's; it need not exist
 * @throws PprotectError `invalid_manifest` for another value than `true` or `false`
 */
export function uppercaseByDefault(path: string): boolean {
  const manifest = parsed(path);
  if (typeof manifest !== "object" || manifest === null || !Object.hasOwn(manifest, "uppercase"))
    return false;
  const { uppercase } = manifest as { readonly uppercase: unknown };
  if (typeof uppercase === "boolean") return uppercase;
  throw new PprotectError("invalid_manifest", `${path}: "uppercase" must be true or false`);
}

function parsed(path: string): unknown {
  try {
    const bytes = readBounded(path, path, MAX_FILE_BYTES);
    return JSON.parse(((bytes && decodeUtf8(bytes)) ?? "").replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
}
