import { PprotectError } from "../common/errors.ts";
import { parseJsonWithLines } from "../common/json-with-lines.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import type { ValueWithLines } from "../common/value-with-lines.ts";
import { LARGER_THAN_MAX, MAX_FILE_BYTES, readBounded } from "../system/bounded-read.ts";
import { fileError } from "../system/file-error.ts";
import { HANDOUT_KEYS, type HandoutTerms, handoutTerms } from "./handout-terms.ts";
import { type LocatedEntry, type ManifestEntry, readEntry } from "./manifest-entry.ts";

/** A project file: which secrets become which variables. */
export interface Manifest {
  /** The default domain, for entries without one. */
  readonly domain: string | undefined;
  /** Whether the secrets of `--domain` get names in upper case, as with `--uppercase`; entries have their own names. */
  readonly uppercase: boolean;
  readonly entries: readonly ManifestEntry[];
  readonly handout: HandoutTerms;
}

const MANIFEST_KEYS = ["$schema", "version", "secrets", "domain", "uppercase", ...HANDOUT_KEYS] as const;

/** The version of the format that this pprotect knows; a manifest without one has it. */
const VERSION = 1;

/** @param fix the hint when it cannot be read @throws PprotectError `file_error`, `invalid_manifest` */
export function readManifestFile(path: string, fix?: string): Manifest {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readBounded(path, path, MAX_FILE_BYTES);
  } catch (error) {
    if (error instanceof PprotectError) throw error;
    throw fileError("read", path, error, fix === undefined ? {} : { fix });
  }
  if (bytes === undefined) throw new PprotectError("invalid_manifest", `${path}: ${LARGER_THAN_MAX}`);
  return readManifest(bytes, path);
}

/**
 * Parses a manifest, see docs/manifest.md. Anything that is not known is refused: the file may come from a stranger, or for
 * a later pprotect.
 *
 * @param file the file's name, for messages: `FILE:LINE: what is wrong`
 * @throws PprotectError `invalid_manifest`
 */
export function readManifest(bytes: Uint8Array, file: string): Manifest {
  const root = parseJsonWithLines(textOf(bytes, file), file, "invalid_manifest");
  const members = root.members("the manifest", MANIFEST_KEYS);
  refuseVersion(members.get("version"));
  const secrets = members.get("secrets");
  if (!secrets)
    throw root.invalid('the manifest has no "secrets"', 'add a list of {"name": …, "env_var": …}');
  const entries = secrets.list('"secrets"').map(readEntry);
  refuseTwice(entries);
  return {
    domain: members.get("domain")?.text('"domain"'),
    uppercase: members.get("uppercase")?.boolean('"uppercase"') ?? false,
    handout: handoutTerms(members),
    entries: entries.map(({ entry }) => entry),
  };
}

function textOf(bytes: Uint8Array, file: string): string {
  const text = decodeUtf8(bytes);
  if (text === undefined) throw new PprotectError("invalid_manifest", `${file}: not UTF-8`);
  // JSON has no byte order mark, but some editors write one.
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function refuseVersion(version: ValueWithLines | undefined): void {
  if (!version || version.integer('"version"', 0, Number.MAX_SAFE_INTEGER) === VERSION) return;
  throw version.invalid(`this pprotect knows version ${VERSION} of the manifest`, "install a later pprotect");
}

/**
 * The terms for secrets that are handed out together: the shortest time of all, and the client that they have in common.
 */
export function commonTerms({ handout, entries }: Manifest): HandoutTerms {
  const each = entries.map((entry) => ({
    client: entry.handout.client ?? handout.client,
    ttl: entry.handout.ttl ?? handout.ttl,
  }));
  const times = each.flatMap(({ ttl }) => ttl ?? []);
  const clients = new Set(each.map(({ client }) => client));
  return {
    client: clients.size === 1 ? each[0]?.client : undefined,
    ttl: times.length === 0 ? undefined : Math.min(...times),
  };
}

function refuseTwice(entries: readonly LocatedEntry[]): void {
  const lines = new Map<string, number>();
  for (const { entry, json } of entries) {
    const line = lines.get(entry.variable);
    if (line !== undefined)
      throw json.invalid(`duplicate "env_var" ${displayName(entry.variable)} (first on line ${line})`);
    lines.set(entry.variable, entry.line);
  }
}
