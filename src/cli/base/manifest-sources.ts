import { dirname, resolve } from "node:path";
import { credentialVariables } from "../../credentials/environment-names.ts";
import type { ManifestSources } from "../../exec/manifest-selection.ts";
import { SopsSource } from "../../sources/sops-source.ts";
import type { StoreData } from "../../store/store-data.ts";

/**
 * Where the entries of a manifest are looked for.
 *
 * @param manifest its path; files of SOPS are found from its directory
 * @param prefixes of credential variables
 */
export function manifestSources(
  store: StoreData,
  manifest: string,
  prefixes: readonly string[],
): ManifestSources {
  return {
    store,
    environment: process.env,
    credentials: credentialVariables(...prefixes),
    sops: new SopsSource(dirname(resolve(manifest)), process.env),
  };
}
