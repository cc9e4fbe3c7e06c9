import { closeSync, openSync, readSync } from "node:fs";
import { withErrorLocation } from "../common/error-location.ts";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { findDomain, findSecret } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import { fileError } from "../system/file-error.ts";
import { MAX_MANIFEST_BYTES, type Manifest, type ManifestEntry, readManifest } from "./manifest-reader.ts";
import type { SecretChoice } from "./selection.ts";

/** The manifest's name, beside the store. */
export const MANIFEST_FILE = ".secrets.json";

/** @throws PprotectError `file_error`, `invalid_manifest` */
export function readManifestFile(path: string): Manifest {
  return readManifest(readStart(path, MAX_MANIFEST_BYTES + 1), path);
}

/** No more than `length` bytes: a link in a repository may lead to a file without end. */
function readStart(path: string, length: number): Uint8Array {
  try {
    const descriptor = openSync(path, "r");
    try {
      const buffer = Buffer.alloc(length);
      let filled = 0;
      for (let read = 1; read > 0 && filled < length; filled += read) {
        read = readSync(descriptor, buffer, filled, length - filled, null);
      }
      return buffer.subarray(0, filled);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw fileError("read", path, error);
  }
}

/**
 * What a manifest chooses: exactly its secrets, under its variable names, in its order.
 *
 * @param file its name, for messages
 * @param domain for the entries that name none, in place of the manifest's own
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
      'put a "domain" into the entry or at the top of the file, or give --domain with --manifest',
    );
  }
  findSecret(domain, findDomain(store, domain), name);
  return { variable, domain, name };
}
