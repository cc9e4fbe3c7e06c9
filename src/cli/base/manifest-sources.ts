import { dirname, resolve } from "node:path";
import { credentialVariables } from "../../credentials/environment-names.ts";
import type { ManifestSources } from "../../exec/manifest-selection.ts";
import { SopsSource } from "../../sources/sops-source.ts";
import type { StoreData } from "../../store/store-data.ts";
import { readAnyEntry } from "./saved-passphrases.ts";

/** What a command knows of itself when it looks for values outside of the store. */
export interface LookingCommand {
  /** Of variables with credentials. */
  readonly credentialPrefixes: readonly string[];
  /** Whether the keyring may ask its user to unlock it. */
  readonly mayUnlock: boolean;
}

/**
 * Where values are looked for outside of the store.
 * @param manifest its path, or where it would be; files of SOPS are found from its directory
 */
export function outsideSources(
  manifest: string,
  { credentialPrefixes: prefixes, mayUnlock }: LookingCommand,
): Omit<ManifestSources, "store" | "domain"> {
  const { env: environment } = process;
  return {
    environment,
    credentials: credentialVariables(...prefixes),
    sops: new SopsSource(dirname(resolve(manifest)), environment),
    keyring: (entry) => readAnyEntry(entry, { environment, prefixes, mayUnlock }),
  };
}

/** Where the entries of a manifest are looked for. @param manifest its path */
export function manifestSources(
  store: StoreData,
  manifest: string,
  command: LookingCommand,
): ManifestSources {
  return { store, ...outsideSources(manifest, command) };
}
