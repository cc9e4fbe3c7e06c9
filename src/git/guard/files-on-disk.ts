import { existsSync, lstatSync, readdirSync, statSync } from "node:fs";
import { isAbsolute, join, normalize, relative, sep } from "node:path";
import { PprotectError } from "../../common/errors.ts";
import { pathText } from "../../common/path-bytes.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { readConfig } from "../../config/config.ts";
import { CONFIG_FILE } from "../../config/config-file.ts";
import { compileScanRules } from "../../config/scan/compile.ts";
import { mentionsScanRules } from "../../config/scan/mentions.ts";
import type { Baseline } from "../../scan/baseline.ts";
import type { Finding } from "../../scan/finding.ts";
import { decodedLines, scanBinary } from "../../scan/scan-bytes.ts";
import type { TextLines } from "../../scan/scan-text.ts";
import { parseIgnoreRules, ruleIds, type ScanContext, scanText } from "../../scan/scanner.ts";
import { type TeamRule, TeamRules } from "../../scan/team-rules.ts";
import { LARGER_THAN_MAX, MAX_FILE_BYTES, readBounded } from "../../system/bounded-read.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { absolutePath, currentDirectory, systemPath } from "../../system/path-text.ts";
import { addFinding } from "./add-finding.ts";
import { MAX_ADDED } from "./diff-parser.ts";
import { readStore } from "./format-rules.ts";
import type { Verdict } from "./guard.ts";
import { IGNORE_FILE, STORE_RULES } from "./ignore-file.ts";
import { NOT_SCANNED } from "./not-scanned.ts";
import { looksLikeStore } from "./store-files.ts";
import { withStoreFindings } from "./store-findings.ts";
import { noFindings } from "./subject.ts";
import type { Scanned } from "./tally.ts";

/** What was found in files, and how much was read. */
export interface DiskVerdict extends Verdict {
  readonly scanned: Scanned;
}

const BINARY_PROBE = 8000;
/** The lines of a whole file. */
const WHOLE = [{ at: 0, number: 1 }] as const;

/**
 * Scans the whole content of files, in a repository or not. Directories are walked; `.git` in them and symbolic links are
 * passed over. A `.pprotectignore` and a `.pprotect.yaml` in the current directory apply.
 *
 * @param paths as the user gave them; findings name files in the same form, those in the current directory by relative paths
 * @param prefixes of credential variables that are in use
 * @param baseline the findings that are accepted
 * @throws PprotectError `file_error` for a path that was given and cannot be read; `invalid_config`
 */
export async function scanFiles(
  paths: readonly string[],
  prefixes: readonly string[],
  baseline?: Baseline,
): Promise<DiskVerdict> {
  const found = noFindings();
  const { errors, warnings, suppressed } = found;
  const accept = baseline?.version((path) => existsSync(systemPath(path)));
  let files = 0;
  let bytes = 0;
  let skipped = 0;
  const team = new TeamRules([], await rulesOfTeam());
  const context: ScanContext = {
    team,
    onSuppressed: (finding) => suppressed.push({ ...finding, suppressedBy: "marker" }),
  };
  const rules = readIfThere(IGNORE_FILE);
  const ignore =
    rules && parseIgnoreRules(pathText(rules), new Set([...ruleIds, ...STORE_RULES, ...team.ids]));
  for (const { line, problem } of ignore?.problems ?? []) {
    const message = `${problem}; the line has no effect: fix or remove it`;
    warnings.push({ path: IGNORE_FILE, line, rule: "ignore-file", message });
  }
  const notScanned = (path: string, message: string): void => {
    const finding = { path, line: 1, rule: NOT_SCANNED, message };
    if (ignore?.ignored(path, NOT_SCANNED)) {
      suppressed.push({ ...finding, suppressedBy: "ignore-file" });
      return;
    }
    skipped++;
    warnings.push(finding);
  };
  for (const path of filesIn(paths, notScanned)) {
    let content: Uint8Array | undefined;
    try {
      content = readBounded(path, path, MAX_ADDED);
    } catch (error) {
      notScanned(path, reasonOf(error, path));
      continue;
    }
    if (!content) {
      notScanned(path, `the file is larger than ${MAX_ADDED / 1024 / 1024} MiB and was not scanned`);
      continue;
    }
    const isBinary = content.subarray(0, BINARY_PROBE).includes(0);
    const lines = isBinary ? decodedLines(content) : { bytes: content, runs: WHOLE };
    const binary = lines ? undefined : scanBinary(path, content);
    if (binary?.skipped) {
      notScanned(path, "the file is binary and was not scanned");
      continue;
    }
    files++;
    bytes += content.length;
    const inFile = lines
      ? await findingsIn(path, content, lines, prefixes, context)
      : (binary?.findings ?? []);
    for (const finding of inFile) {
      if (ignore?.ignored(path, finding.rule)) suppressed.push({ ...finding, suppressedBy: "ignore-file" });
      else addFinding(found, finding, { acceptance: await accept?.(finding), wasThere: true });
    }
  }
  return { errors, warnings, suppressed, scanned: { objects: files, files, bytes, messages: 0, skipped } };
}

async function findingsIn(
  path: string,
  content: Uint8Array,
  lines: TextLines,
  prefixes: readonly string[],
  context: ScanContext,
): Promise<readonly Finding[]> {
  if (/\.ya?ml$/i.test(path) && looksLikeStore(text(content))) {
    return readStore(path, content).findings.map((finding) => ({ ...finding, inStore: true }));
  }
  // The path of a root has no store around it that could be looked for step by step.
  const store = async (each: string) => {
    const bytes = readIfThere(each);
    return bytes && readStore(each, bytes).store;
  };
  const found = scanText(path, lines, context);
  return path.startsWith("/") ? found : withStoreFindings(found, path, lines, { prefixes, store });
}

/**
 * The team's rules, of the configuration in the current directory.
 * @throws PprotectError `file_error` for one that cannot be read: without its rules, nothing could be said to be clean; `invalid_config`
 */
async function rulesOfTeam(): Promise<readonly TeamRule[]> {
  let bytes: Uint8Array | undefined;
  try {
    bytes = readBounded(CONFIG_FILE, CONFIG_FILE, MAX_FILE_BYTES);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error instanceof PprotectError ? error : fileError("read", CONFIG_FILE, error);
  }
  if (!bytes) throw new PprotectError("file_error", `cannot read ${CONFIG_FILE}: it is ${LARGER_THAN_MAX}`);
  return mentionsScanRules(bytes) ? compileScanRules(readConfig(bytes, CONFIG_FILE).scan) : [];
}

/** The regular files that paths name, each once, in order. */
function* filesIn(
  paths: readonly string[],
  notScanned: (path: string, message: string) => void,
): Generator<string> {
  const seen = new Set<string>();
  for (const given of paths) {
    const start = projectPath(given)
      .replace(/(?!^)\/+$/, "")
      .replace(/^(?:\.\/+)+(?=.)/, "");
    for (const path of walk(start, true, notScanned)) {
      if (seen.has(path)) continue;
      seen.add(path);
      yield path;
    }
  }
}

/**
 * A path without `..` where it can be, relative if it is in the current directory: the rules and the baseline there know files by such
 * paths. After a link to a directory, `..` is another directory than the one before the link: there it stays.
 */
function projectPath(given: string): string {
  const path = relative(currentDirectory(), absolutePath(given)) || ".";
  const isOutside = isAbsolute(path) || path.split(sep)[0] === "..";
  const shortest = isOutside ? normalize(given) : path;
  return isSameFile(shortest, given) ? shortest : given;
}

function isSameFile(first: string, second: string): boolean {
  try {
    const [one, other] = [statSync(systemPath(first)), statSync(systemPath(second))];
    return one.dev === other.dev && one.ino === other.ino;
  } catch {
    return false;
  }
}

function* walk(
  path: string,
  given: boolean,
  notScanned: (path: string, message: string) => void,
): Generator<string> {
  let names: string[];
  try {
    // A link that was given is followed: the user named it. So is a descriptor, of which the system says less.
    const stats = given ? statSync(systemPath(path)) : lstatSync(systemPath(path));
    if (stats.isFile() || (given && !stats.isDirectory())) {
      yield path;
      return;
    }
    if (!stats.isDirectory()) return;
    names = readdirSync(systemPath(path), { encoding: "buffer" }).map(pathText).toSorted();
  } catch (error) {
    if (given) throw fileError("read", path, error);
    notScanned(path, reasonOf(error, path));
    return;
  }
  for (const name of names) {
    if (name !== ".git") yield* walk(path === "." ? name : join(path, name), false, notScanned);
  }
}

function reasonOf(error: unknown, path: string): string {
  const known = error instanceof PprotectError ? error : fileError("read", path, error);
  return `${escapeUnprintable(known.message)}, so it was not scanned`;
}

function readIfThere(path: string): Uint8Array | undefined {
  try {
    return readBounded(path, path, MAX_ADDED);
  } catch (error) {
    if (error instanceof PprotectError || errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR")
      return undefined;
    throw fileError("read", path, error);
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("utf8");
}
