import { parseDuration } from "../common/duration.ts";
import { PprotectError } from "../common/errors.ts";
import { parseJsonWithLines } from "../common/json-with-lines.ts";
import { isShellIdentifier } from "../common/shell-quote.ts";
import { displayName } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import type { ValueWithLines } from "../common/value-with-lines.ts";
import { secretNameProblem } from "../store/format/names.ts";
import { LARGER_THAN_MAX, MAX_FILE_BYTES, readBounded } from "../system/bounded-read.ts";
import { fileError } from "../system/file-error.ts";
import { dangerOf, describeDanger } from "./dangerous-variables.ts";

/** The manifest's name, beside the store. */
export const MANIFEST_FILE = ".secrets.json";

/** A project file: which secrets become which variables. */
export interface Manifest {
  /** The default domain, for entries without one. */
  readonly domain: string | undefined;
  /** Whether the secrets of `--domain` get names in upper case, as with `--uppercase`; entries have their own names. */
  readonly uppercase: boolean;
  readonly entries: readonly ManifestEntry[];
  readonly handout: HandoutTerms;
}

/** To whom values are given, and for how long files and printed values are meant to be had. */
export interface HandoutTerms {
  readonly client?: string | undefined;
  /** Milliseconds. */
  readonly ttl?: number | undefined;
}

export interface ManifestEntry {
  /** The secret's name. */
  readonly name: string;
  readonly variable: string;
  readonly domain: string | undefined;
  /** Its own terms only. */
  readonly handout: HandoutTerms;
  /** The entry's line, 1-based. */
  readonly line: number;
}

/** At the top level, and in an entry instead of that. */
const HANDOUT_KEYS = ["client_id", "ttl"] as const;
const MANIFEST_KEYS = ["secrets", "domain", "uppercase", ...HANDOUT_KEYS] as const;
const ENTRY_KEYS = ["name", "env_var", "domain", ...HANDOUT_KEYS] as const;

/** @throws PprotectError `file_error`, `invalid_manifest` */
export function readManifestFile(path: string): Manifest {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readBounded(path, path, MAX_FILE_BYTES);
  } catch (error) {
    if (error instanceof PprotectError) throw error;
    throw fileError("read", path, error);
  }
  if (bytes === undefined) throw new PprotectError("invalid_manifest", `${path}: ${LARGER_THAN_MAX}`);
  return readManifest(bytes, path);
}

/**
 * Parses a manifest: `{"secrets": [{"name", "env_var", "domain"?}], "domain"?, "uppercase"?}`. Both objects may have `"ttl"` and
 * `"client_id"`. Anything else is refused: the file may come from a stranger.
 *
 * @param file the file's name, for messages: `FILE:LINE: what is wrong`
 * @throws PprotectError `invalid_manifest`
 */
export function readManifest(bytes: Uint8Array, file: string): Manifest {
  const root = parseJsonWithLines(textOf(bytes, file), file, "invalid_manifest");
  const members = root.members("the manifest", MANIFEST_KEYS);
  const secrets = members.get("secrets");
  if (!secrets)
    throw root.invalid('the manifest has no "secrets"', 'add a list of {"name": …, "env_var": …}');
  const entries = secrets.list('"secrets"').map(readEntry);
  refuseTwice(entries);
  return {
    domain: optionalText(members, "domain"),
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

/** An entry with its place in the file. */
interface Located {
  readonly entry: ManifestEntry;
  readonly json: ValueWithLines;
}

function readEntry(json: ValueWithLines): Located {
  const members = json.members('an entry of "secrets"', ENTRY_KEYS);
  const name = requiredText(json, members, "name");
  const variable = requiredText(json, members, "env_var");
  const domain = optionalText(members, "domain");
  const handout = handoutTerms(members);
  const problem = secretNameProblem(name) ?? variableProblem(variable);
  if (problem !== undefined) throw json.invalid(problem);
  return { entry: { name, variable, domain, handout, line: json.line }, json };
}

function handoutTerms<Key extends string>(
  members: ReadonlyMap<Key | "client_id" | "ttl", ValueWithLines>,
): HandoutTerms {
  const ttl = members.get("ttl");
  const text = ttl?.text('"ttl"');
  try {
    const ms = text === undefined ? undefined : parseDuration('"ttl"', text);
    return { client: optionalText(members, "client_id"), ttl: ms };
  } catch (error) {
    throw ttl && error instanceof PprotectError ? ttl.invalid(error.message, error.fix) : error;
  }
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

function requiredText<Key extends string>(
  entry: ValueWithLines,
  members: ReadonlyMap<Key, ValueWithLines>,
  key: Key,
): string {
  const text = optionalText(members, key);
  if (text === undefined) throw entry.invalid(`an entry of "secrets" has no "${key}"`);
  return text;
}

function optionalText<Key extends string>(
  members: ReadonlyMap<Key, ValueWithLines>,
  key: Key,
): string | undefined {
  return members.get(key)?.text(`"${key}"`);
}

function variableProblem(variable: string): string | undefined {
  if (!isShellIdentifier(variable)) {
    return `invalid "env_var" "${displayName(variable)}": a letter or "_", then letters, digits or "_"`;
  }
  const danger = dangerOf(variable);
  // A manifest is the user's own list: what steers programs may be in it.
  if (danger === undefined || danger === "steers") return undefined;
  return `"env_var" ${describeDanger(displayName(variable), danger)}`;
}

function refuseTwice(entries: readonly Located[]): void {
  const lines = new Map<string, number>();
  for (const { entry, json } of entries) {
    const line = lines.get(entry.variable);
    if (line !== undefined)
      throw json.invalid(`duplicate "env_var" ${displayName(entry.variable)} (first on line ${line})`);
    lines.set(entry.variable, entry.line);
  }
}
