import { lstatSync } from "node:fs";
import { basename } from "node:path";
import { bufferOf } from "../common/buffer-of.ts";
import { PprotectError } from "../common/errors.ts";
import { readBounded } from "../system/bounded-read.ts";
import { readManifestFile } from "./manifest.ts";
import { MANIFEST_FILE } from "./manifest-file.ts";

/** Files that are larger are no templates. */
const MAX_TEMPLATE_BYTES = 1 << 20;

/** A secret that a file names; without a domain where any domain may be meant. */
export interface NamedSecret {
  readonly domain: string | undefined;
  readonly name: string;
}

/** As in template.ts, but what is not a reference is ignored: other programs write `{{` too. */
const REFERENCE = /\{\{\s*(?:([^\r\n{}]*)\/)?([A-Za-z][-_A-Za-z0-9]*)\s*\}\}/g;

/**
 * The secrets that a file names: a manifest's entries, or a template's references. A file that cannot be read names none.
 * @param path absolute
 */
export function secretsNamedIn(path: string): NamedSecret[] {
  try {
    if (!lstatSync(path).isFile()) return [];
    if (basename(path) === MANIFEST_FILE) {
      const { domain, entries } = readManifestFile(path);
      return entries.map((entry) => ({ domain: entry.domain ?? domain, name: entry.name }));
    }
    const bytes = readBounded(path, path, MAX_TEMPLATE_BYTES) ?? new Uint8Array();
    const text = bufferOf(bytes).toString("utf8");
    return [...text.matchAll(REFERENCE)].map(([, domain, name = ""]) => ({ domain, name }));
  } catch (error) {
    if (error instanceof PprotectError || (error instanceof Error && "code" in error)) return [];
    throw error;
  }
}
