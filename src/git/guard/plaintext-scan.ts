import { lazy } from "../../common/lazy.ts";
import type { Finding } from "../../scan/finding.ts";
import type { TextLines } from "../../scan/scan-text.ts";
import { CommitTexts } from "./commit-texts.ts";
import { type FileChange, MAX_ADDED, type Patch } from "./diff-parser.ts";
import type { Diff, DiffReader } from "./diff-reader.ts";
import { type LinesElsewhere, newInMerge, numbersOf } from "./lines-elsewhere.ts";
import { NOT_SCANNED } from "./not-scanned.ts";
import { withoutGeneral } from "./own-credentials.ts";
import type { OwnSecretHit, OwnSecrets } from "./own-secrets.ts";
import type { ScanSources } from "./scan-sources.ts";
import { isRegular } from "./store-files.ts";
import { withStoreFindings } from "./store-findings.ts";
import type { StorePatches } from "./store-patches.ts";
import type { Findings, Subject } from "./subject.ts";
import { Triage } from "./triage.ts";
import { looksBinary } from "./work-tree-file.ts";

/** The diff against the first parent, with what is needed to scan it. */
export interface ScannedDiff {
  readonly subject: Subject;
  readonly diff: Diff;
  readonly files: ReadonlyMap<string, FileChange>;
  /** The value of each path's `diff` attribute. */
  readonly attribute: ReadonlyMap<string, string>;
  readonly stores: ReadonlySet<string>;
  /** Takes the diffs of stores. */
  readonly patches: StorePatches;
  /** For each other parent, what it does not have. */
  readonly elsewhere: readonly LinesElsewhere[];
}

const SUBMODULE = "160000";
const MIB = 1024 * 1024;

/** The most bytes that are scanned of one commit; at the speed of the scanner, a few seconds. */
const MAX_TOTAL = 256 * MIB;

/** Pictures, sound, fonts and archives: they are binary, and reading them would not show more. */
const MEDIA =
  /\.(?:png|jpe?g|gif|webp|avif|ico|bmp|tiff?|psd|mp[34]|m4[av]|mov|avi|mkv|webm|wav|ogg|flac|aac|woff2?|ttf|otf|eot|zip|t?gz|bz2|xz|zst|7z|rar|tar|jar|war|whl|pdf|docx?|xlsx?|pptx?|exe|dll|so|dylib|class|pyc|wasm)$/i;

/** Scans what a commit adds to files that are not stores. */
export class PlaintextScan {
  readonly #sources: ScanSources;
  readonly #scanned: ScannedDiff;
  readonly #found: Findings;
  readonly #before: () => CommitTexts;
  readonly #triage: Triage;
  #total = 0;
  #byId: ReadonlyMap<string, readonly FileChange[]> | undefined;

  constructor(sources: ScanSources, scanned: ScannedDiff, found: Findings) {
    this.#sources = sources;
    this.#scanned = scanned;
    this.#found = found;
    this.#before = lazy(() => new CommitTexts(sources.root, scanned.subject.parents));
    this.#triage = new Triage(sources, scanned.subject, found);
  }

  async run(): Promise<void> {
    const { diff, subject } = this.#scanned;
    const hidden = new Set<string>();
    const binary = new Set<string>();
    for await (const event of diff.patches()) {
      if (event.kind === "patch") await this.#patch(event.patch);
      else if (!binary.has(event.newId)) {
        binary.add(event.newId);
        for (const file of this.#binaries(event.newId)) await this.#binary(file, hidden);
      }
    }
    if (hidden.size > 0) await this.#asText(subject.asText([...hidden]));
  }

  /** Scans files that only attributes call binary. */
  async #asText(reader: DiffReader): Promise<void> {
    const text = await reader.next();
    for await (const event of text?.patches() ?? []) {
      if (event.kind !== "patch") continue;
      const file = this.#scanned.files.get(event.patch.path);
      if (!looksBinary(event.patch.added.bytes)) await this.#patch(event.patch);
      else if (file) await this.#bytes(file);
    }
    await reader.close();
  }

  async #patch(patch: Patch): Promise<void> {
    const { path, added, cut } = patch;
    const { files, stores, patches, elsewhere } = this.#scanned;
    const file = files.get(path);
    if (!file || file.newMode === SUBMODULE) return;
    this.#scanned.subject.tally.lines(file.newId, added.bytes);
    if (stores.has(path)) {
      patches.add(file, patch);
      return;
    }
    const { blobs } = this.#sources;
    const lines = elsewhere.length === 0 ? added : await newInMerge(path, added, elsewhere, blobs);
    if (lines.bytes.length === 0) return;
    const last = cut ? Math.max(...(await numbersOf(lines))) : 0;
    await this.#scan(path, lines, lines === added && !cut && file.status === "A" ? file : undefined);
    if (!cut) return;
    await this.#notScanned(
      path,
      last,
      `more than ${MAX_ADDED / MIB} MiB were added; lines after this one were not scanned`,
    );
  }

  /** The changed files with this content that git takes for binary. */
  #binaries(id: string): FileChange[] {
    const { files, stores } = this.#scanned;
    this.#byId ??= Map.groupBy(files.values(), ({ newId }) => newId);
    return (this.#byId.get(id) ?? []).filter(({ path, newMode }) => isRegular(newMode) && !stores.has(path));
  }

  /** @param hidden gets the files that only attributes call binary */
  async #binary(file: FileChange, hidden: Set<string>): Promise<void> {
    const attribute = this.#scanned.attribute.get(file.path);
    if (attribute === "unspecified" || attribute === "set") await this.#bytes(file);
    else hidden.add(file.path);
  }

  /** Scans a file that has bytes which are not of a text. */
  async #bytes({ path, newId, oldId, oldMode }: FileChange): Promise<void> {
    if (MEDIA.test(path)) return this.#notScanned(path, 1, IS_BINARY);
    const { blobs } = this.#sources;
    const bytes = await blobs.read(newId, MAX_ADDED + 1);
    if (!bytes) return;
    const { decodedLines, scanBinary } = await bytesScanner();
    const before = isRegular(oldMode) ? await blobs.read(oldId, MAX_ADDED) : undefined;
    const start = bytes.subarray(0, MAX_ADDED);
    const lines = decodedLines(start, before);
    if (lines) await this.#scan(path, lines);
    const { findings, skipped } = lines ? { findings: [], skipped: false } : scanBinary(path, start);
    if (!lines) {
      const own = await this.#ownHits((secrets) => secrets.inBinary(path, start));
      const all = [...findings, ...own];
      if (all.length > 0) await this.#report(path, all);
    }
    if (!skipped) this.#scanned.subject.tally.file(newId, bytes.length);
    if (skipped) await this.#notScanned(path, 1, IS_BINARY);
    else if (bytes.length > MAX_ADDED)
      await this.#notScanned(path, 1, `only its first ${MAX_ADDED / MIB} MiB were scanned`);
  }

  /** @param whole the file, if these are all of its lines */
  async #scan(path: string, lines: TextLines, whole?: FileChange): Promise<void> {
    this.#total += lines.bytes.length;
    if (this.#total > MAX_TOTAL) {
      await this.#notScanned(
        path,
        lines.runs[0]?.number ?? 1,
        `more than ${MAX_TOTAL / MIB} MiB were added in all`,
      );
      return;
    }
    const own = await this.#ownHits((secrets) => secrets.inLines(path, lines));
    const inText = await this.#findings(path, lines, whole);
    const found = own.length === 0 ? inText : [...withoutGeneral(inText, own), ...own];
    const { prefixes, stores } = this.#sources;
    const store = (each: string) => stores.read(this.#scanned.subject.prefix, each);
    const all = await withStoreFindings(found, path, lines, { prefixes, store });
    if (all.length > 0) await this.#report(path, all, lines);
  }

  /**
   * The values of the store's own secrets. One that a parent commit has already is only a warning: anyone can seal a text
   * that many files have, and that must not stop every commit.
   */
  async #ownHits(search: (secrets: OwnSecrets) => readonly OwnSecretHit[]): Promise<Finding[]> {
    const secrets = await this.#sources.ownSecrets();
    const errors: Finding[] = [];
    for (const { finding, known, bytes, isAllowed } of secrets ? search(secrets) : []) {
      if (isAllowed) this.#suppressed(finding);
      else if (await this.#before().have(bytes)) await this.#triage.warning(known);
      else errors.push(finding);
    }
    return errors;
  }

  /** What the scanner finds, in this thread or another one. */
  async #findings(
    path: string,
    lines: TextLines,
    whole: FileChange | undefined,
  ): Promise<readonly Finding[]> {
    const team = await this.#sources.team.all();
    // Another thread does not have the rules of the team.
    const known = whole && !team ? await this.#scanned.diff.ahead?.scanOf(whole) : undefined;
    if (known) {
      for (const finding of known.suppressed) this.#suppressed(finding);
      return known.findings;
    }
    const { scanText } = await loadScanner();
    return scanText(path, lines, { team, onSuppressed: (finding) => this.#suppressed(finding) });
  }

  #suppressed(finding: Finding): void {
    this.#found.suppressed.push({ ...finding, suppressedBy: "marker" });
  }

  /** @param lines of text that they are in */
  async #report(path: string, findings: readonly Finding[], lines?: TextLines): Promise<void> {
    const oldPath = this.#scanned.files.get(path)?.oldPath ?? path;
    await this.#triage.file({ findings, oldPath, lines });
  }

  async #notScanned(path: string, line: number, message: string): Promise<void> {
    if (await this.#triage.warning({ path, line, rule: NOT_SCANNED, message }))
      this.#scanned.subject.tally.skip();
  }
}

// Loaded when they are needed: a commit that changes only stores does not need them.
export const loadScanner = lazy(() => import("../../scan/scanner.ts"));
const bytesScanner = lazy(() => import("../../scan/scan-bytes.ts"));

const IS_BINARY = "the file is binary and was not scanned";
