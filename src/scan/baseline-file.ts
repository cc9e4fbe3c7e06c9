import { PprotectError } from "../common/errors.ts";
import { parseJsonWithLines } from "../common/json-with-lines.ts";
import { portablePath, unquotedPath } from "../common/quoted-path.ts";
import { escapeUnprintable, escapeUnprintableInJson } from "../common/terminal-safe.ts";
import { decodeUtf8 } from "../common/utf8.ts";
import type { ValueWithLines } from "../common/value-with-lines.ts";
import type { Finding } from "./finding.ts";
import { findsOwnCredentials } from "./rules/pprotect.ts";

/** The name of the baseline: the findings that a project has accepted. */
export const BASELINE_FILE = ".pprotect-baseline.json";

/** Enough for some 100,000 entries. */
export const MAX_BASELINE_BYTES = 32 * 1024 * 1024;

/** Findings that are accepted: of one rule, in one file, in lines that are equal but for their secrets. */
export interface BaselineEntry {
  readonly path: string;
  readonly rule: string;
  /** The start of {@link Finding.fingerprint}, or of {@link Finding.versionHash}. */
  readonly hash: string;
  /** How many of them one version of the file has at most. */
  readonly count: number;
}

/** An entry of a file. */
export interface LocatedEntry extends BaselineEntry {
  /** 1-based. */
  readonly line: number;
}

const VERSION = 1;
const HASH_LENGTH = 32;
const HASH = /^[0-9a-f]{32}$/;
const MAX_COUNT = 1_000_000;
const REWRITE = "restore it from git, or write it again with `pprotect git check --all --write-baseline`";

/** What two findings have in common that an entry may accept: the entry's path, rule and hash. */
export function entryKey({ path, rule, hash }: Pick<BaselineEntry, "path" | "rule" | "hash">): string {
  return JSON.stringify([path, rule, hash]);
}

/**
 * What an entry for a finding has, but for the count.
 *
 * @returns `undefined` for what is accepted in the history only: credentials that open a store, and problems of stores
 */
export function entryFor(finding: Finding): Omit<BaselineEntry, "count"> | undefined {
  const { path, rule } = finding;
  const hash = finding.versionHash ?? (findsOwnCredentials(rule) ? undefined : finding.fingerprint);
  if (hash === undefined || /^(?:\/|\.\.\/)/.test(path)) return undefined;
  return { path, rule, hash: hash.slice(0, HASH_LENGTH) };
}

/**
 * The entries that accept findings.
 *
 * @param versions the findings of each commit, or of all files
 */
export function entriesOf(versions: Iterable<readonly Finding[]>): BaselineEntry[] {
  const entries: BaselineEntry[] = [];
  for (const findings of versions) {
    const ofVersion = new Map<string, BaselineEntry>();
    for (const entry of findings.flatMap((finding) => entryFor(finding) ?? [])) {
      const key = entryKey(entry);
      ofVersion.set(key, { ...entry, count: (ofVersion.get(key)?.count ?? 0) + 1 });
    }
    entries.push(...ofVersion.values());
  }
  return mergedEntries(entries);
}

/** Entries in the order of the file, each once, with the highest count. */
export function mergedEntries(entries: Iterable<BaselineEntry>): BaselineEntry[] {
  const merged = new Map<string, BaselineEntry>();
  for (const { path, rule, hash, count } of entries) {
    const key = entryKey({ path, rule, hash });
    merged.set(key, { path, rule, hash, count: Math.max(count, merged.get(key)?.count ?? 0) });
  }
  return [...merged.values()].toSorted(
    (a, b) => compare(a.path, b.path) || compare(a.rule, b.rule) || compare(a.hash, b.hash),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The text of a baseline: one line for each entry, so that differences and merges are about entries. */
export function baselineText(entries: Iterable<BaselineEntry>): string {
  const lines = mergedEntries(entries).map(({ path, rule, hash, count }) =>
    escapeUnprintableInJson(
      JSON.stringify({ path: portablePath(path), rule, line_hash: hash, ...(count > 1 && { count }) }),
    ),
  );
  const list = lines.length === 0 ? "[]" : `[\n    ${lines.join(",\n    ")}\n  ]`;
  return `{\n  "version": ${VERSION},\n  "findings": ${list}\n}\n`;
}

/**
 * Parses a baseline.
 *
 * @param file its name, for messages: `FILE:LINE: what is wrong`
 * @throws PprotectError `invalid_config`
 */
export function readBaseline(bytes: Uint8Array, file: string): readonly LocatedEntry[] {
  try {
    return readEntries(bytes, escapeUnprintable(file));
  } catch (error) {
    if (!(error instanceof PprotectError)) throw error;
    throw new PprotectError(error.code, error.message, error.fix ?? REWRITE);
  }
}

function readEntries(bytes: Uint8Array, file: string): readonly LocatedEntry[] {
  const text = bytes.length > MAX_BASELINE_BYTES ? undefined : decodeUtf8(bytes);
  if (text === undefined)
    throw new PprotectError(
      "invalid_config",
      `${file}: not UTF-8, or larger than ${MAX_BASELINE_BYTES} bytes`,
    );
  const conflict = text.split("\n").findIndex((line) => /^(?:<{7}|>{7})/.test(line));
  if (conflict >= 0)
    throw new PprotectError("invalid_config", `${file}:${conflict + 1}: unresolved merge`, REWRITE);
  const members = parseJsonWithLines(text, file, "invalid_config").members("the baseline", [
    "version",
    "findings",
  ]);
  const version = members.get("version");
  if (version && version.integer('"version"', 0, Number.MAX_SAFE_INTEGER) !== VERSION)
    throw version.invalid(
      `this pprotect knows version ${VERSION} of the baseline`,
      "install a later pprotect",
    );
  return (members.get("findings")?.list('"findings"') ?? []).map(readEntry);
}

function readEntry(value: ValueWithLines): LocatedEntry {
  const members = value.members("an entry", ["path", "rule", "line_hash", "count"]);
  const text = (name: "path" | "rule" | "line_hash"): string => {
    const member = members.get(name);
    if (member) return member.text(`"${name}"`);
    throw value.invalid(`an entry has no "${name}"`);
  };
  const hash = text("line_hash");
  if (!HASH.test(hash)) throw value.invalid(`"line_hash" must be ${HASH_LENGTH} hexadecimal digits`);
  const path = unquotedPath(text("path"));
  if (path === "" || /^(?:\/|\.\.?\/)/.test(path))
    throw value.invalid('"path" must be relative to the directory of the baseline');
  return {
    path,
    rule: text("rule"),
    hash,
    count: members.get("count")?.integer('"count"', 1, MAX_COUNT) ?? 1,
    line: value.line,
  };
}
