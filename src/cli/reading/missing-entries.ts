import { PprotectError } from "../../common/errors.ts";
import { readManifest } from "../../exec/manifest.ts";
import type { ManifestEntry } from "../../exec/manifest-entry.ts";
import type { FileAtHead } from "../../git/summary/summary.ts";
import type { StoreData } from "../../store/store-data.ts";

/** An entry of a manifest that no store has, or why the manifest cannot be read. */
export interface ManifestProblem {
  readonly path: string;
  readonly line: number | undefined;
  readonly domain: string | undefined;
  readonly secret: string | undefined;
  /** Set where the manifest as a whole cannot be read. */
  readonly problem: string | undefined;
}

/** What manifests need of the store beside each, and it does not have. */
export function missingEntries(manifests: readonly FileAtHead[]): ManifestProblem[] {
  return manifests.flatMap(({ path, bytes, store }): ManifestProblem[] => {
    try {
      const { domain: byDefault, entries } = readManifest(bytes, path);
      return entries
        .filter((entry) => needsStore(entry) && !isInStore(entry, byDefault, store))
        .map(({ name, line, domain = byDefault }) => ({
          path,
          line,
          domain,
          secret: name,
          problem: undefined,
        }));
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      return [{ path, line: undefined, domain: undefined, secret: undefined, problem: error.message }];
    }
  });
}

/** Whether an entry is an error where the store does not have it, if nothing else of the machine has it. */
function needsStore({ from, required }: ManifestEntry): boolean {
  return required && from.includes("store") && !from.includes("default");
}

/** Without a domain, that of the only one with the name is meant; several are an error of `exec`, and not missing. */
function isInStore(
  { name, domain }: ManifestEntry,
  byDefault: string | undefined,
  { domains }: StoreData,
): boolean {
  const named = domain ?? byDefault;
  if (named !== undefined) return domains.get(named)?.secrets.has(name) === true;
  return [...domains.values()].some(({ secrets }) => secrets.has(name));
}
