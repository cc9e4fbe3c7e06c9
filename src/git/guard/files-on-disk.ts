import { existsSync } from "node:fs";
import { PprotectError } from "../../common/errors.ts";
import { pathText } from "../../common/path-bytes.ts";
import { escapeUnprintable } from "../../common/terminal-safe.ts";
import { readConfig } from "../../config/config.ts";
import { CONFIG_FILE } from "../../config/config-file.ts";
import { compileScanRules } from "../../config/scan/compile.ts";
import { mentionsScanRules } from "../../config/scan/mentions.ts";
import type { Baseline } from "../../scan/baseline.ts";
import type { Finding } from "../../scan/finding.ts";
import type { IgnoreRules } from "../../scan/ignore-rules.ts";
import { decodedLines, scanBinary } from "../../scan/scan-bytes.ts";
import type { TextLines } from "../../scan/scan-text.ts";
import { parseIgnoreRules, ruleIds, type ScanContext, scanText } from "../../scan/scanner.ts";
import { type TeamRule, TeamRules } from "../../scan/team-rules.ts";
import { LARGER_THAN_MAX, MAX_FILE_BYTES, readBounded } from "../../system/bounded-read.ts";
import { errnoOf, fileError } from "../../system/file-error.ts";
import { systemPath } from "../../system/path-text.ts";
import { addFinding } from "./add-finding.ts";
import { MAX_ADDED } from "./diff-parser.ts";
import { readStore } from "./format-rules.ts";
import type { Verdict } from "./guard.ts";
import { IGNORE_FILE, STORE_RULES } from "./ignore-file.ts";
import { NOT_SCANNED } from "./not-scanned.ts";
import { looksLikeStore } from "./store-contents.ts";
import { withStoreFindings } from "./store-findings.ts";
import { noFindings } from "./subject.ts";
import type { Scanned } from "./tally.ts";
import { secretsInTheClear } from "./unsealed-texts.ts";
import { filesIn } from "./walk-files.ts";

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
  const scan = new DiskScan(prefixes, new TeamRules([], await rulesOfTeam()), baseline);
  for (const path of filesIn(paths, (each, error) => scan.notScanned(each, reasonOf(error, each))))
    await scan.file(path);
  return scan.verdict();
}

/** What is known of the files that were scanned so far. */
class DiskScan {
  readonly #found = noFindings();
  readonly #prefixes: readonly string[];
  readonly #accept: ReturnType<Baseline["version"]> | undefined;
  readonly #context: ScanContext;
  readonly #ignore: IgnoreRules | undefined;
  #files = 0;
  #bytes = 0;
  #skipped = 0;

  constructor(prefixes: readonly string[], team: TeamRules, baseline: Baseline | undefined) {
    const { suppressed, warnings } = this.#found;
    this.#prefixes = prefixes;
    this.#accept = baseline?.version((path) => existsSync(systemPath(path)));
    this.#context = {
      team,
      onSuppressed: (finding) => suppressed.push({ ...finding, suppressedBy: "marker" }),
    };
    const rules = readIfThere(IGNORE_FILE);
    this.#ignore =
      rules && parseIgnoreRules(pathText(rules), new Set([...ruleIds, ...STORE_RULES, ...team.ids]));
    for (const { line, problem } of this.#ignore?.problems ?? []) {
      const message = `${problem}; the line has no effect: fix or remove it`;
      warnings.push({ path: IGNORE_FILE, line, rule: "ignore-file", message });
    }
  }

  notScanned(path: string, message: string): void {
    const finding = { path, line: 1, rule: NOT_SCANNED, message };
    if (this.#suppressIgnored(finding)) return;
    this.#skipped++;
    this.#found.warnings.push(finding);
  }

  async file(path: string): Promise<void> {
    const content = this.#read(path);
    const findings = content && (await this.#findingsIn(path, content));
    if (!findings) return;
    this.#files++;
    this.#bytes += content.length;
    for (const finding of findings) {
      if (this.#suppressIgnored(finding)) continue;
      addFinding(this.#found, finding, { acceptance: await this.#accept?.(finding), wasThere: true });
    }
  }

  verdict(): DiskVerdict {
    const { errors, warnings, suppressed } = this.#found;
    const [files, bytes, skipped] = [this.#files, this.#bytes, this.#skipped];
    return { errors, warnings, suppressed, scanned: { objects: files, files, bytes, messages: 0, skipped } };
  }

  /** @returns `undefined` for a file that cannot be read whole, which is reported */
  #read(path: string): Uint8Array | undefined {
    try {
      const content = readBounded(path, path, MAX_ADDED);
      if (!content)
        this.notScanned(path, `the file is larger than ${MAX_ADDED / 1024 / 1024} MiB and was not scanned`);
      return content;
    } catch (error) {
      this.notScanned(path, reasonOf(error, path));
      return undefined;
    }
  }

  /** @returns `undefined` for a binary file that is not scanned, which is reported */
  async #findingsIn(path: string, content: Uint8Array): Promise<readonly Finding[] | undefined> {
    const isBinary = content.subarray(0, BINARY_PROBE).includes(0);
    const lines = isBinary ? decodedLines(content) : { bytes: content, runs: WHOLE };
    if (lines) return findingsIn(path, content, lines, this.#prefixes, this.#context);
    const { findings, skipped } = scanBinary(path, content);
    if (!skipped) return findings;
    this.notScanned(path, "the file is binary and was not scanned");
    return undefined;
  }

  /** @returns whether `.pprotectignore` has it */
  #suppressIgnored(finding: Finding): boolean {
    if (!this.#ignore?.ignored(finding.path, finding.rule)) return false;
    this.#found.suppressed.push({ ...finding, suppressedBy: "ignore-file" });
    return true;
  }
}

async function findingsIn(
  path: string,
  content: Uint8Array,
  lines: TextLines,
  prefixes: readonly string[],
  context: ScanContext,
): Promise<readonly Finding[]> {
  if (/\.ya?ml$/i.test(path) && looksLikeStore(text(content))) {
    const { findings, store, lineOf } = readStore(path, content);
    const inTheClear = store ? await secretsInTheClear(path, { store, parents: [], lineOf }) : [];
    return [...findings, ...inTheClear].map((finding) => ({ ...finding, inStore: true }));
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
