import { dirname, join, resolve } from "node:path";
import { readManifestFile } from "../../exec/manifest.ts";
import { checkManifest, lacksOf, lookUpOrFindKey } from "../../exec/manifest-check.ts";
import { MANIFEST_FILE } from "../../exec/manifest-file.ts";
import { SopsSource } from "../../sources/sops-source.ts";
import { findDomain } from "../../store/lookup.ts";
import type { StoreData } from "../../store/store-data.ts";
import { type LookingCommand, outsideSources } from "../base/manifest-sources.ts";
import type { ManifestReport } from "../report/manifest-report.ts";

const WITHOUT_ONE =
  'write the list of the secrets that the project uses, such as {"secrets": [{"name": "db-password"}]}, or name a file with --manifest=FILE';

/**
 * Finds out where the values of a manifest would come from. Needs no credentials: nothing of the store is opened, and of
 * files of SOPS for which there is no key here, only the names are read.
 *
 * @param path left out, it is beside the store
 * @param domains the default domains to check
 * @throws PprotectError `file_error`, `invalid_manifest`, `no_such_domain` for one of `domains`
 */
export async function checkManifestFile(
  path: string | undefined,
  storePath: string,
  store: StoreData,
  domains: readonly string[],
  looking: LookingCommand,
): Promise<ManifestReport> {
  const file = path ?? join(dirname(storePath), MANIFEST_FILE);
  const manifest = readManifestFile(file, path === undefined ? WITHOUT_ONE : undefined);
  for (const domain of domains) findDomain(store, domain);
  // A check asks nobody else: not the program of SOPS, which may ask servers that the file names.
  const sops = new SopsSource(dirname(resolve(file)), { ...process.env, PATH: undefined });
  const sources = {
    store,
    ...outsideSources(file, looking),
    sops: { lookUp: (place: Parameters<SopsSource["lookUp"]>[0]) => lookUpOrFindKey(sops, place) },
  };
  return {
    file,
    checked: await checkManifest(manifest, file, domains, sources),
    lacks: lacksOf(manifest, store),
  };
}
