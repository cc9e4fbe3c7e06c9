import { locatedError } from "../common/error-location.ts";
import { PprotectError } from "../common/errors.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8, encodeUtf8 } from "../common/utf8.ts";
import { type Resolution, resolveCascade, type Source, type Step } from "../sources/cascade.ts";
import { lookUpInStore, type SecretPlace } from "../sources/in-store.ts";
import { lookUpGiven, lookUpKeyring, lookUpVariable } from "../sources/lookups.ts";
import { notFound } from "../sources/not-found.ts";
import type { SopsSource } from "../sources/sops-source.ts";
import { findDomain, findSecret } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import type { KeyringEntry, KeyringReading } from "../system/keyring.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestEntry } from "./manifest-entry.ts";
import type { Choice } from "./selection.ts";

/** Where the entries of a manifest are looked for. */
export interface ManifestSources {
  readonly store: StoreData;
  /** The default domain, for entries without one; replaces the manifest's own. */
  readonly domain?: string | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Variables with credentials: no secret comes from them. */
  readonly credentials: readonly string[];
  readonly sops: Pick<SopsSource, "lookUp">;
  readonly keyring: (entry: KeyringEntry) => Promise<KeyringReading>;
}

/** A value of another source than the store, or where in the store it is. */
export type Located = Uint8Array | SecretPlace;

/** An entry of a manifest, and where its value comes from. */
export interface ResolvedEntry {
  readonly entry: ManifestEntry;
  readonly resolution: Resolution<Located>;
}

/**
 * Finds where the values of a manifest come from. Secrets of the store are found by their names, and not opened: that is
 * done for all of them at once.
 */
export async function resolveManifest(
  manifest: Manifest,
  sources: ManifestSources,
): Promise<readonly ResolvedEntry[]> {
  const resolved: ResolvedEntry[] = [];
  // One after the other: a keyring may ask its user to unlock it.
  for (const entry of manifest.entries) {
    resolved.push({ entry, resolution: await resolveEntry(entry, manifest, sources) });
  }
  return resolved;
}

/** {@link resolveManifest} for one entry. */
export function resolveEntry(
  entry: ManifestEntry,
  manifest: Pick<Manifest, "domain">,
  { store, domain = manifest.domain, environment, credentials, sops, keyring: read }: ManifestSources,
): Promise<Resolution<Located>> {
  const { name, variable, keyring, byDefault } = entry;
  return resolveCascade<Located>(entry.from, {
    env: () => lookUpVariable(variable, environment, credentials),
    ...(keyring && { keyring: () => lookUpKeyring(keyring, read) }),
    store: () => lookUpInStore(store, entry.domain ?? domain, name, "invalid_manifest"),
    sops: () => sops.lookUp(entry.sops),
    default: () => lookUpGiven(byDefault === undefined ? undefined : encodeUtf8(byDefault)),
  });
}

/**
 * Selects the secrets of a manifest, with its variable names and in its order. Entries that are not required and that no
 * source has are left out.
 *
 * @param file the manifest's name, for messages
 * @throws PprotectError `no_such_domain`, `no_such_secret`, `invalid_manifest`, or what made a source fail; each with the
 *   entry's line
 */
export async function selectByManifest(
  manifest: Manifest,
  file: string,
  sources: ManifestSources,
): Promise<Choice[]> {
  const choices: Choice[] = [];
  for (const { entry, resolution } of await resolveManifest(manifest, sources)) {
    if (resolution.kind === "failed") throw locatedError(resolution.error, file, entry.line);
    if (resolution.kind === "found") choices.push(choiceOf(entry, resolution));
    else if (entry.required) {
      const domain = entry.domain ?? sources.domain ?? manifest.domain;
      throw locatedError(missingEntry(entry, resolution.steps, sources.store, domain), file, entry.line);
    }
  }
  return choices;
}

function choiceOf(
  { name, variable, file }: ManifestEntry,
  { source, value }: { readonly source: Source; readonly value: Located },
): Choice {
  const selected = { variable, name, ...(file && { file }) };
  if (!(value instanceof Uint8Array)) return { ...selected, domain: value.domain };
  // The lookups give nothing but text.
  return { ...selected, source, value: decodeUtf8(value) ?? "" };
}

/** The error where no source has the value of an entry that is required. */
export function missingEntry(
  { name, from }: ManifestEntry,
  steps: readonly Step[],
  store: StoreData,
  domain: string | undefined,
): unknown {
  if (from.length > 1 || from[0] !== "store") return notFound(name, steps);
  if (domain === undefined)
    return new PprotectError("no_such_secret", `no domain has a secret "${displayName(name)}"`);
  try {
    return findSecret(domain, findDomain(store, domain), name);
  } catch (error) {
    return error;
  }
}
