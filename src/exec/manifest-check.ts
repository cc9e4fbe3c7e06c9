import { locatedError } from "../common/error-location.ts";
import { PprotectError } from "../common/errors.ts";
import type { Looked, Resolution } from "../sources/cascade.ts";
import type { SopsPlace, SopsSource } from "../sources/sops-source.ts";
import { domainsWith } from "../store/lookup.ts";
import type { StoreData } from "../store/store-data.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestEntry } from "./manifest-entry.ts";
import { type Located, type ManifestSources, missingEntry, resolveEntry } from "./manifest-selection.ts";

/** Where the value of an entry comes from, for one default domain. */
export interface CheckedEntry {
  readonly entry: ManifestEntry;
  /** The domain in which the store was searched; none when it follows from the name. */
  readonly domain: string | undefined;
  readonly resolution: Resolution<Located>;
  /** Why a program would not start: a source failed, or none has a value that is required. */
  readonly problem: PprotectError | undefined;
}

/** A name that some domains have and others lack. */
export interface Lack {
  readonly name: string;
  readonly has: readonly string[];
  readonly lacks: readonly string[];
}

/**
 * Finds out where the value of each entry would come from. Nothing of the store is opened.
 *
 * @param file the manifest's name, for messages
 * @param domains the default domains, each to be checked; none for the manifest's own
 */
export async function checkManifest(
  manifest: Manifest,
  file: string,
  domains: readonly string[],
  sources: Omit<ManifestSources, "domain">,
): Promise<readonly CheckedEntry[]> {
  const checked: CheckedEntry[] = [];
  for (const [index, byDefault] of (domains.length === 0 ? [manifest.domain] : domains).entries()) {
    for (const entry of manifest.entries) {
      // What names its domain is the same for every default.
      if (index > 0 && entry.domain !== undefined) continue;
      const domain = entry.domain ?? byDefault;
      const resolution = await resolveEntry(entry, manifest, { ...sources, domain: byDefault });
      const problem = problemOf(entry, resolution, sources.store, domain);
      checked.push({ entry, domain, resolution, problem: problem && located(problem, file, entry.line) });
    }
  }
  return checked;
}

function problemOf(
  entry: ManifestEntry,
  resolution: Resolution<Located>,
  store: StoreData,
  domain: string | undefined,
): PprotectError | undefined {
  if (resolution.kind === "found" || (resolution.kind === "missing" && !entry.required)) return undefined;
  const error =
    resolution.kind === "failed" ? resolution.error : missingEntry(entry, resolution.steps, store, domain);
  if (error instanceof PprotectError) return error;
  throw error;
}

function located(error: PprotectError, file: string, line: number): PprotectError {
  return locatedError(error, file, line) as PprotectError;
}

/**
 * The names that some of a manifest's domains have and others lack. Its domains are those that have any of the names for
 * which no domain is given: a manifest is used with one of them or another.
 */
export function lacksOf({ entries }: Manifest, store: StoreData): readonly Lack[] {
  const anyDomain = entries.filter(({ domain, from }) => domain === undefined && from.includes("store"));
  const names = [...new Set(anyDomain.map(({ name }) => name))];
  const having = new Map(names.map((name) => [name, domainsWith(store, name)]));
  const domains = [...store.domains.keys()].filter((domain) =>
    [...having.values()].some((has) => has.includes(domain)),
  );
  return names.flatMap((name): Lack[] => {
    const has = having.get(name) ?? [];
    const lacks = domains.filter((domain) => !has.includes(domain));
    return has.length === 0 || lacks.length === 0 ? [] : [{ name, has, lacks }];
  });
}

/**
 * Looks a value up in a file of SOPS; where nothing can decrypt the file, looks for the key alone, which is not encrypted.
 */
export async function lookUpOrFindKey(source: SopsSource, place: SopsPlace): Promise<Looked<Uint8Array>> {
  try {
    return await source.lookUp(place);
  } catch (error) {
    if (!(error instanceof PprotectError) || !WITHOUT_KEY.includes(error.code)) throw error;
    const { kind, detail } = await source.hasKey(place);
    const shown = `${detail}, not decrypted`;
    return kind === "found" ? { kind, value: new Uint8Array(), detail: shown } : { kind, detail: shown };
  }
}

/** The errors of a file for which there is no key here. */
const WITHOUT_KEY: readonly string[] = ["missing_credentials", "cannot_open"];
