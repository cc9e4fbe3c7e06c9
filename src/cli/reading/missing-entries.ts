import { PprotectError } from "../../common/errors.ts";
import { readManifest } from "../../exec/manifest.ts";
import type { FileAtHead } from "../../git/summary/summary.ts";

/** An entry of a manifest that no store has, or why the manifest cannot be read. */
export interface ManifestProblem {
  readonly path: string;
  readonly line: number | undefined;
  readonly domain: string | undefined;
  readonly secret: string | undefined;
  /** Set where the manifest as a whole cannot be read. */
  readonly problem: string | undefined;
}

/** What manifests name and the store beside each does not have. */
export function missingEntries(manifests: readonly FileAtHead[]): ManifestProblem[] {
  return manifests.flatMap(({ path, bytes, store }): ManifestProblem[] => {
    try {
      const { domain: byDefault, entries } = readManifest(bytes, path);
      return entries.flatMap(({ name, line, domain = byDefault }) =>
        domain !== undefined && store.domains.get(domain)?.secrets.has(name)
          ? []
          : [{ path, line, domain, secret: name, problem: undefined }],
      );
    } catch (error) {
      if (!(error instanceof PprotectError)) throw error;
      return [{ path, line: undefined, domain: undefined, secret: undefined, problem: error.message }];
    }
  });
}
