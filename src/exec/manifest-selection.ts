import { withErrorLocation } from "../common/error-location.ts";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { findDomain, findSecret } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import type { Manifest, ManifestEntry } from "./manifest.ts";
import type { SecretChoice } from "./selection.ts";

/**
 * Selects the secrets of a manifest, with its variable names and in its order.
 *
 * @param file the manifest's name, for messages
 * @param domain the default domain, for entries without one; replaces the manifest's own
 * @throws PprotectError `no_such_domain`, `no_such_secret`, `invalid_manifest`, each with the entry's line
 */
export function selectByManifest(
  store: StoreData,
  manifest: Manifest,
  file: string,
  domain = manifest.domain,
): SecretChoice[] {
  return manifest.entries.map((entry) =>
    withErrorLocation(file, entry.line, () => choose(store, entry, domain)),
  );
}

function choose(
  store: StoreData,
  { name, variable, domain: own }: ManifestEntry,
  byDefault: string | undefined,
): SecretChoice {
  const domain = own ?? byDefault;
  if (domain === undefined) {
    throw new PprotectError(
      "invalid_manifest",
      `no domain for secret "${displayName(name)}"`,
      'add "domain" to the entry or at the top level, or use --domain with --manifest',
    );
  }
  findSecret(domain, findDomain(store, domain), name);
  return { variable, domain, name };
}
